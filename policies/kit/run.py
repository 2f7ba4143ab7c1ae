"""What a run of a pack remembers from one policy to the next: the one shared state, behind one lock.

Rules are pure; their adapter notes here which exemptions matched, which rules raised, and which policies were
asked with which faulty configuration. The rules about the rules read it, as a frozen RunView.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policies.kit.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from guardrails.exemptions import Exemption, Register


LAST_RULE: Final = "exemptions-entry-used"
"""The last stack policy of a pack: it clears the record of matched exemptions."""


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """A rule that raised: its id, the resource's URN and type, and the exception's type (never its text)."""

    rule: str
    urn: str
    type: str
    exception: str


@dataclass(frozen=True, kw_only=True, order=True)
class Used:
    """An exemption that matched a finding."""

    position: int
    urn: str
    finding: str


@dataclass(frozen=True, kw_only=True)
class RunView:
    """What the rules about the rules see.

    Attributes:
        stack: Name of the stack.
        register: The exemptions of the pack's rules.
        used: Exemptions that matched, sorted.
        problems: What is wrong with the configuration: policy name to texts.
        silent: Policies of the pack that were not asked although others were: they are disabled.
        production: Whether the environment is of the production tier.
        remarks: Lines about the configuration that are no fault.
    """

    stack: str
    register: Register
    used: tuple[Used, ...] = ()
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    silent: tuple[str, ...] = ()
    production: bool = False
    remarks: tuple[str, ...] = ()


class RunRecord:
    """Lock-protected memory of one pack process."""

    def __init__(
        self,
        register: Register,
        *,
        problems: Mapping[str, tuple[str, ...]] | None = None,
        remarks: tuple[str, ...] = (),
        production: bool = False,
    ) -> None:
        """Start a record.

        Args:
            register: The exemptions.
            problems: What was wrong with the configuration before the run began.
            remarks: Lines about it that are no fault.
            production: Whether the environment is of the production tier.
        """
        self.register = register
        self.production = production
        self.remarks = remarks
        self.walk = Walk()
        self._lock = threading.Lock()
        self._policies: tuple[str, ...] = ()
        self._asked: set[str] = set()
        self._needless: set[str] = set()
        self._problems: dict[str, tuple[str, ...]] = dict(problems or {})
        self._faults: list[Fault] = []
        self._used: set[Used] = set()

    def expect(self, policies: Iterable[str]) -> None:
        """Name the policies that a complete run asks."""
        with self._lock:
            self._policies = (*self._policies, *policies)

    def asked(self, policy: str) -> bool:
        """Note that a policy was asked; true the first time."""
        if policy in self._asked:
            return False
        with self._lock:
            self._asked.add(policy)
        return True

    def note_needless(self, policy: str) -> None:
        """Note a policy that need not be asked, because the stack has none of its types."""
        with self._lock:
            self._needless.add(policy)

    def note_problems(self, policy: str, problems: tuple[str, ...]) -> None:
        """Note what is wrong with a policy's configuration."""
        if problems:
            with self._lock:
                self._problems[policy] = tuple(dict.fromkeys((*self._problems.get(policy, ()), *problems)))

    def note_fault(self, fault: Fault) -> None:
        """Note a rule that raised."""
        with self._lock:
            self._faults.append(fault)

    def take_faults(self, urn: str | None = None) -> tuple[Fault, ...]:
        """Read and clear the faults of one resource, or all."""
        with self._lock:
            taken = sorted({fault for fault in self._faults if urn in (None, fault.urn)})
            self._faults = [fault for fault in self._faults if fault not in taken]
        return tuple(taken)

    def note_used(self, exemption: Exemption, urn: str, finding: str) -> None:
        """Note that an exemption matched a finding."""
        with self._lock:
            self._used.add(Used(position=exemption.position, urn=urn, finding=finding))

    def view(self, stack: str) -> RunView:
        """Freeze what is known so far."""
        with self._lock:
            silent = tuple(sorted(set(self._policies) - self._asked - self._needless))
            return RunView(
                stack=stack,
                register=self.register,
                used=tuple(sorted(self._used)),
                problems=dict(self._problems),
                silent=silent if self._asked else (),
                production=self.production,
                remarks=self.remarks,
            )

    def forget_used(self) -> None:
        """Clear the matched exemptions; done by the last stack policy, so that the next run begins anew."""
        with self._lock:
            self._used.clear()
