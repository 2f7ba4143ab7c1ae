"""Who is called when an alarm goes off: e-mail subscriptions of the environment's alarm topic.

AWS sends each address a request first; until its owner confirms, nothing else arrives there. Left out: chat
and paging services, which subscribe to the topic themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_aws import sns

from components._base import Component

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi import Input, ResourceOptions


@dataclass(frozen=True, kw_only=True)
class AlarmMailArgs:
    """Attributes: topic_arn: what alarms call. addresses: who reads it; one or more, each once."""

    topic_arn: Input[str]
    addresses: Sequence[str]

    def __post_init__(self) -> None:
        """Refuse a list that calls nobody, or somebody twice."""
        if not self.addresses or len(set(self.addresses)) < len(self.addresses):
            got = ", ".join(self.addresses) or "none"
            raise ValueError(f"addresses: got {got}, allowed one or more, each once")


class AlarmMail(Component):
    """E-mail subscriptions of one topic."""

    TYPE = "pavedroad:systems:AlarmMail"

    def __init__(self, name: str, args: AlarmMailArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for address in args.addresses:
            # The address is the name: taking one out of the list leaves the others alone.
            sns.TopicSubscription(
                f"{name}-{re.sub('[^a-z0-9]+', '-', address.lower())}",
                topic=args.topic_arn,
                protocol="email",
                endpoint=address,
                opts=self.child(),
            )
        self.finish({})
