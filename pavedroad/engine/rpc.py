"""The engine's side of gRPC, typed: the library itself carries no types."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypeVar, cast

# The library would tell the user of every connection that ends; it reads this when it is loaded.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc
import grpc.aio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from google.protobuf.message import Message

CHANNEL_OPTIONS: Final = (
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),
    ("grpc.max_send_message_length", 400 * 1024 * 1024),
)
"""The message limit of Pulumi's own parts."""

_Reply = TypeVar("_Reply", bound="Message")
_Reply_co = TypeVar("_Reply_co", covariant=True)


class RpcFailure(Exception):  # noqa: N818 - an answer of the other side, not a bug
    """A call that the other side refused, or that never reached it.

    Attributes:
        code: The status by name: `UNAVAILABLE`, `UNIMPLEMENTED` ...
        message: The other side's words.
        details: The serialised `google.rpc.Status`, when there is one.
    """

    def __init__(self, code: str, message: str, details: bytes | None) -> None:
        """Carry the status."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class Call(Protocol[_Reply_co]):
    """One method of a service."""

    def __call__(self, request: Message, deadline: float | None = None) -> Awaitable[_Reply_co]:
        """Send the request and await the reply.

        Raises:
            RpcFailure: The call failed.
        """
        ...


class Channel:
    """A connection to one plugin."""

    def __init__(self, address: str) -> None:
        """Open it lazily: the first call connects."""
        self._channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
        self._methods: dict[str, object] = {}

    def method(self, path: str, reply: type[_Reply]) -> Call[_Reply]:
        """The method of that path (`/package.Service/Method`)."""
        known = self._methods.get(path)
        if known is not None:
            return cast("Call[_Reply]", known)
        send = cast(
            "Callable[..., Awaitable[_Reply]]",
            self._channel.unary_unary(
                path, request_serializer=_serialize, response_deserializer=reply.FromString
            ),
        )

        async def call(request: Message, deadline: float | None = None) -> _Reply:
            try:
                return await send(request, timeout=deadline)
            except grpc.aio.AioRpcError as error:
                raise _failure(error) from None

        self._methods[path] = call
        return call

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


class _Status(Protocol):
    def code(self) -> grpc.StatusCode: ...
    def details(self) -> str | None: ...
    def trailing_metadata(self) -> tuple[tuple[str, str | bytes], ...] | None: ...


def _failure(error: grpc.aio.AioRpcError) -> RpcFailure:
    status = cast("_Status", error)
    details = dict(status.trailing_metadata() or ()).get("grpc-status-details-bin")
    return RpcFailure(
        status.code().name,
        status.details() or status.code().name,
        details if isinstance(details, bytes) else None,
    )


class Refusal(Protocol):
    """What a service method uses of gRPC's context: it can end the call with an error."""

    async def abort(self, code: grpc.StatusCode, details: str) -> None:
        """End the call; raises by itself."""
        ...


Server: TypeAlias = grpc.aio.Server


def new_server() -> Server:
    """A server with Pulumi's limits."""
    return grpc.aio.server(options=CHANNEL_OPTIONS)
