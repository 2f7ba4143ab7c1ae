"""One delivery of a queue message and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lambdas.shared.faults import AwsFault


@dataclass(frozen=True, kw_only=True)
class Message:
    """What the logic needs of one SQS record.

    Attributes:
        message_id: SQS's id of the message.
        body: As received.
        receive_count: How often the queue has handed it out, this time included.
        correlation_id: From the message attribute; the message id when there is none.
    """

    message_id: str
    body: str
    receive_count: int
    correlation_id: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A message that could not be processed.

    Attributes:
        code: Short reason, for the log and for alarms.
        permanent: Whether trying again is pointless; it still goes the queue's way, to end in the DLQ.
        order_id: The order it is about, if that is known.
        detail: What AWS said, without any payload.
    """

    code: str
    permanent: bool
    order_id: str | None = None
    detail: str | None = None

    @classmethod
    def of(cls, fault: AwsFault, order_id: str | None = None) -> Failure:
        """The failure of a message whose call to AWS failed: worth another try."""
        return cls(code=fault.code, permanent=False, order_id=order_id, detail=fault.detail)


Process: TypeAlias = Callable[[Message], Failure | None]
