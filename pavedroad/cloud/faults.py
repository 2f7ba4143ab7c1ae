"""Faults on purpose: a share of all function invocations dies, so that a test can see that nothing is lost.

Half of them die before the function runs; the other half after it has done its work, which is what
idempotency is for: nobody hears of the answer. `POST /_pavedroad/faults {"share": 0.05, "seed": 7}` begins,
a share of 0 ends; the answer tells how many died so far. `{"cold": true}` ends all environments that wait for
work, so that the next invocations begin new ones. On AWS both come by themselves, from failing hosts and
from their renewal.
"""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, cast

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Record = Mapping[str, object]
    Execute = Callable[[Record, object, str], dict[str, object]]
    App = Callable[..., Awaitable[None]]

PATH: Final = "/_pavedroad/faults"
ERROR_TYPE: Final = "Runtime.ExitError"
"""What Lambda names an environment that died."""

_APP: Final = Seam("app", "app")
_LAMBDA: Final = Seam("services.lambda_svc", "_execute_function_warm")
_POOL: Final = Seam("core.lambda_runtime", "_lock", "_workers", "kill_workers")


@dataclass
class _Plan:
    share: float = 0.0
    died: int = 0
    draw: random.Random = field(default_factory=random.Random)
    lock: Lock = field(default_factory=Lock)

    def begin(self, share: float, seed: int) -> None:
        with self.lock:
            self.share, self.died, self.draw = share, 0, random.Random(seed)  # noqa: S311 - no secret depends on it

    def next(self) -> float | None:
        """Where the next invocation dies: below one half before its work, else after it; None: nowhere."""
        with self.lock:
            if not self.share or self.draw.random() >= self.share:
                return None
            self.died += 1
            return self.draw.random()


_plan: Final = _Plan()


def install() -> None:
    """Be ready; nothing dies until it is asked for."""
    _APP.check()
    _LAMBDA.check()
    _POOL.check()
    _LAMBDA.wrap("_execute_function_warm", _dying)
    _APP.wrap("app", _asked)


def _dying(execute: Execute) -> Execute:
    def dying(func: Record, event: object, request_id: str) -> dict[str, object]:
        where = _plan.next()
        if where is None:
            return execute(func, event, request_id)
        if where >= 0.5:  # noqa: PLR2004 - one half
            execute(func, event, request_id)
        message = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
        return {
            "body": {"errorType": ERROR_TYPE, "errorMessage": message},
            "error": True,
            "function_error": "Unhandled",
            "log": message,
            "log_source": "pavedroad",  # a dead environment writes nothing
        }

    return dying


def _renew() -> None:
    """End every environment that waits for work."""
    idle: list[object] = []
    with _POOL["_lock"]:
        for environments in cast("dict[object, list[Any]]", _POOL["_workers"]).values():
            idle += [each for each in environments if not each.in_use]
            environments[:] = [each for each in environments if each.in_use]
    _POOL["kill_workers"](idle)


def _asked(app: App) -> App:
    async def asked(
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        if scope.get("path") != PATH:
            await app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += cast("bytes", message.get("body", b""))
            if not message.get("more_body"):
                break
        died = _plan.died
        if body:
            wanted = cast("dict[str, float]", json.loads(body))
            if "share" in wanted:
                _plan.begin(float(wanted["share"]), int(wanted.get("seed", 0)))
            if wanted.get("cold"):
                await asyncio.to_thread(_renew)
        answer = json.dumps({"died": died}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return asked
