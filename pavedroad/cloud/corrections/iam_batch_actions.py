"""A batch needs the permission of what it is a batch of.

AWS: `SendMessageBatch` is authorised as `sqs:SendMessage`, and so on; there is no action
`sqs:SendMessageBatch` (Service Authorization Reference, Amazon SQS and Amazon SNS).
The emulator: asks for the name of the operation, and so refuses roles that are granted what they need.
Here: the operation is translated before the emulator decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

AUTHORISED_AS: Final = {
    "sns:PublishBatch": "sns:Publish",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
"""Operation: the action that a policy has to allow for it."""

_ACTIONS: Final = Seam("core.iam_actions", "extract_iam_action")


def install() -> None:
    """Translate."""
    _ACTIONS.check()
    _ACTIONS.wrap("extract_iam_action", _translated)


def _translated(extract: Callable[..., str | None]) -> Callable[..., str | None]:
    def extract_iam_action(*request: object, **more: object) -> str | None:
        action = extract(*request, **more)
        return None if action is None else AUTHORISED_AS.get(action, action)

    return extract_iam_action
