"""A list of policies that passes over those that have nothing to say about the request at hand.

The SDK's server walks the pack's list once per request, and decodes the request again before each policy that
it asks, whatever the policy's types are: most of a pack's time. A servicer of our own or a memo around its
decoder would touch private names. This list does not: the first policy that is asked tells the type of the
resource (or the types of the stack), and from there on the iterator leaves out policies for other types. When
nobody tells a type, as in GetAnalyzerInfo and Remediate, or in a server that copies the list, all are there.
Each resource policy is asked at least once in a process, so that its configuration is checked; a stack policy
only when the stack has one of its types.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pulumi_policy as sdk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from policies.kit.run import RunRecord


class Walk(threading.local):
    """What the current walk of this thread is about.

    Attributes:
        resource_type: Type of the resource, once a resource policy was asked.
        stack_types: Types in the stack, once a stack policy was asked.
    """

    resource_type: str | None = None
    stack_types: frozenset[str] | None = None

    def begin(self) -> None:
        """Forget the walk before."""
        self.resource_type = None
        self.stack_types = None


class PolicyList(list[sdk.Policy]):
    """The policies of a pack, with the types that each of them judges."""

    def __init__(
        self, policies: Collection[sdk.Policy], types: Mapping[str, frozenset[str]], record: RunRecord
    ) -> None:
        """Make the list.

        Args:
            policies: The policies, in order.
            types: Types that a policy judges, by its name; policies without an entry are never passed over.
            record: Memory of the run, in which the adapters tell what the walk is about.
        """
        super().__init__(policies)
        self._types = types
        self._record = record
        self._asked: set[str] = set()

    def __iter__(self) -> Iterator[sdk.Policy]:
        """Walk the list anew."""
        self._record.walk.begin()
        for policy in super().__iter__():
            if not self._needless(policy):
                yield policy

    def _needless(self, policy: sdk.Policy) -> bool:
        walk, types = self._record.walk, self._types.get(policy.name)
        if types is None:
            return False
        if isinstance(policy, sdk.StackValidationPolicy):
            needless = walk.stack_types is not None and types.isdisjoint(walk.stack_types)
            if needless:
                self._record.note_needless(policy.name)
            return needless
        if walk.resource_type is None or walk.resource_type in types:
            return False
        if policy.name in self._asked:
            return True
        self._asked.add(policy.name)
        return False
