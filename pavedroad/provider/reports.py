"""What the user should know, told to the engine that started the provider."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

import grpc

_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Reporter:
    """Speaks to the engine's log.

    Attributes:
        engine: Address of the engine; empty when there is none, then the text goes to the error stream.
    """

    engine: str

    def warn(self, urn: str, text: str) -> None:
        """Show a warning beside a resource; a report that cannot be given never fails an operation."""
        from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc  # noqa: PLC0415 - reports are rare

        try:
            if self.engine:
                with grpc.insecure_channel(self.engine) as channel:
                    engine_pb2_grpc.EngineStub(channel).Log(  # pyright: ignore[reportUnknownMemberType] - the stub leaves its type open
                        engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=urn),
                        timeout=_SECONDS,
                    )
                return
        except grpc.RpcError:
            pass
        sys.stderr.write(f"warning: {urn}: {text}\n")
