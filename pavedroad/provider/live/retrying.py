"""What passes by itself is tried again, as the official provider does: throttling and late consistency."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final, TypeVar

from pavedroad.provider.live.contract import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.exceptions import ClientError

_T = TypeVar("_T")
PATIENCE_SECONDS: Final = 20.0
"""How long one operation is tried; AWS itself may need minutes, the local cloud settles in a second."""

_FIRST_SECONDS: Final = 0.05
_LONGEST_SECONDS: Final = 1.0
_THROTTLED: Final = re.compile(r"Thrott|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceededRate")
_BUSY: Final = frozenset(
    {
        "ConcurrentModification",
        "ConcurrentModificationException",
        "OperationAbortedException",
        "OperationAborted",
        "ServiceUnavailable",
        "ResourceNotReadyException",
    }
)
# Codes that mean "not yet" only with a certain text.
_NOT_YET: Final = (
    ("ResourceConflictException", re.compile(r"in progress|Pending|is being", re.IGNORECASE)),
    ("ResourceInUseException", re.compile(r"is being|in progress|CREATING|UPDATING|DELETING", re.IGNORECASE)),
    ("ConflictException", re.compile(r"in progress|try again", re.IGNORECASE)),
    ("DeleteConflict", re.compile(r".")),
    ("QueueDeletedRecently", re.compile(r".")),
    ("AWS.SimpleQueueService.QueueDeletedRecently", re.compile(r".")),
)


def retrying(operation: Callable[[], _T], *, patience: float = PATIENCE_SECONDS) -> _T:
    """The result of an operation, tried again while AWS says that it only has to wait.

    Args:
        operation: What is tried; it must be safe to try again.
        patience: Seconds until the last error is final.

    Raises:
        ClientError: AWS refuses it, or did not get ready in time.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    end = time.monotonic() + patience
    pause = _FIRST_SECONDS
    while True:
        try:
            return operation()
        except ClientError as error:
            if not passes(error) or time.monotonic() + pause > end:
                raise
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_SECONDS)


def passes(error: ClientError) -> bool:
    """Whether an error passes by itself."""
    code, message = code_of(error), message_of(error)
    if _THROTTLED.search(code) or code in _BUSY:
        return True
    return any(code == known and text.search(message) is not None for known, text in _NOT_YET)


def code_of(error: ClientError | Refused) -> str:
    """AWS's error code."""
    return error.code if isinstance(error, Refused) else error.response.get("Error", {}).get("Code", "")


def message_of(error: ClientError | Refused) -> str:
    """AWS's text."""
    return error.message if isinstance(error, Refused) else error.response.get("Error", {}).get("Message", "")


_ABSENT: Final = frozenset(
    {
        "404",
        "ActivityDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "DashboardNotFoundError",
        "EntityNotFoundException",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchCORSConfiguration",
        "NoSuchEntity",
        "NoSuchEntityException",
        "NoSuchKey",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchVersion",
        "NotFound",
        "NotFoundException",
        "OwnershipControlsNotFoundError",
        "ParameterNotFound",
        "ProvisionedConcurrencyConfigNotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
        "SubscriptionNotFound",
        "UserNotFoundException",
        "UserPoolNotFoundException",
    }
)


def absent(error: ClientError | Refused) -> bool:
    """Whether an error says that the resource does not exist; the codes differ by service."""
    return code_of(error) in _ABSENT


_TAKEN: Final = re.compile(r"Exists|AlreadyOwned|already exist", re.ASCII)


def taken(error: ClientError | Refused) -> bool:
    """Whether an error says that something else has the name; the codes differ by service."""
    return _TAKEN.search(f"{code_of(error)}: {message_of(error)}") is not None
