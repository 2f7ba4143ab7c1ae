"""What comes with an invocation beside its payload, kept for the thread that runs it."""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

_ROOT: Final = "Root"
_SAMPLED: Final = "Sampled"
_LINEAGE: Final = "Lineage"


@dataclass
class Executed:
    """What the invocation at hand ran; written by the thread that runs it.

    Attributes:
        version: The version that an alias with weights came out at; empty when it was the plain one.
    """

    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """What an invocation was made with.

    Attributes:
        request_id: Its id; empty to make one.
        trace: The caller's trace header.
        client_context: Base64 of JSON, from the caller.
        tenant_id: Of a tenant-isolated function.
        executed: Where the version is noted.
    """

    request_id: str = ""
    trace: str = ""
    client_context: str = ""
    tenant_id: str | None = None
    executed: Executed | None = None


_caller: ContextVar[Caller | None] = ContextVar("pavedroad_caller", default=None)


def present() -> Caller:
    """The caller of the invocation at hand."""
    return _caller.get() or Caller()


@contextmanager
def calling(caller: Caller) -> Generator[None]:
    """Run with this caller; threads that copy the context run with it, too."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)


@contextmanager
def identified(request_id: str) -> Generator[None]:
    """Run all attempts of one invocation under one id."""
    with calling(replace(present(), request_id=request_id)):
        yield


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The trace that an invocation belongs to.

    Attributes:
        root: Its id, `1-<hex time>-<24 hex digits>`.
        parent: The caller's segment, empty for a new trace.
        segment: This invocation's segment.
        sampled: Segments are sent.
        depth: How often a function was invoked on the way here.
    """

    root: str
    parent: str
    segment: str
    sampled: bool
    depth: int

    @classmethod
    def begin(cls, header: str, *, active: bool, depth: int) -> Trace:
        """Go on with the caller's trace, or begin one.

        Args:
            header: The caller's, empty for none.
            active: The function samples by itself; else only what the caller sampled is.
            depth: See the attribute.
        """
        parts = parse(header)
        root = parts.get(_ROOT) or f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        sampled = parts[_SAMPLED] == "1" if _SAMPLED in parts else active
        parent = parts.get("Parent", "")
        return cls(root=root, parent=parent, segment=secrets.token_hex(8), sampled=sampled, depth=depth)

    def header(self) -> str:
        """For `_X_AMZN_TRACE_ID`: the SDK sends it with every call, and the loop detection reads it there."""
        flag = int(self.sampled)
        return f"Root={self.root};Parent={self.segment};Sampled={flag};{_LINEAGE}={self.depth}:pavedroad:0"


def parse(header: str) -> dict[str, str]:
    """The parts of a trace header."""
    pairs = (part.split("=", 1) for part in header.split(";") if "=" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def depth_of(header: str) -> int:
    """How often a function was invoked before, from a trace header's lineage; 0 without one."""
    first = parse(header).get(_LINEAGE, "").split(":")[0]
    return int(first) if first.isdigit() else 0
