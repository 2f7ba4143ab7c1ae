"""Requests count as sent over TLS.

AWS's clients speak HTTPS, and policies deny what does not (`aws:SecureTransport`). The local cloud speaks
HTTP on loopback, so the emulator would refuse every request to a queue or bucket that demands TLS, deliveries
of services included. Here a request counts as sent over TLS unless it says `X-Forwarded-Proto: http` itself,
so that the denial can be tried.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

_APP: Final = Seam("app", "app", "pin_request_origin")
_EVALUATOR: Final = Seam("core.iam_evaluator", "_request_origin", "pin_request_origin")
_LOOPBACK: Final = "127.0.0.1"
_plain: ContextVar[bool] = ContextVar("pavedroad_plain_transport", default=False)
# In place of the emulator's own, whose default counts what services do by themselves as insecure.
_origin: ContextVar[tuple[str, bool]] = ContextVar("pavedroad_request_origin", default=(_LOOPBACK, True))


def install() -> None:
    """Mend it."""
    _APP.check()
    _EVALUATOR.check()
    _EVALUATOR.wrap("_request_origin", lambda _: _origin)  # pyright: ignore[reportArgumentType] - a variable is put in its place, no function
    _APP.wrap("pin_request_origin", _secure)
    _APP.wrap("app", _listening)


def _secure(pin: Callable[[str, bool], None]) -> Callable[[str, bool], None]:
    def pin_request_origin(source_ip: str, _secure_transport: bool) -> None:  # noqa: FBT001 - the emulator's call
        pin(source_ip, not _plain.get())

    return pin_request_origin


def _listening(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def listening(scope: dict[str, Any], receive: object, send: object) -> None:
        headers: Iterable[tuple[bytes, bytes]] = scope.get("headers") or ()
        _plain.set(any(key.lower() == b"x-forwarded-proto" and value == b"http" for key, value in headers))
        await app(scope, receive, send)

    return listening
