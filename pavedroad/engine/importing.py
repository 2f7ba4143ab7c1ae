"""Takes resources that exist into a stack, without a program: Pulumi's import deployment.

Everything that the stack holds stays as it is and is kept in its order. Then come the stack itself and
default providers, where they are missing, and last the resources, each after its parent. Their inputs are
what the provider says that they are, so nothing is changed outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from pavedroad.engine.deployment import Stopped
from pavedroad.engine.events import DiagnosticEvent, Op
from pavedroad.engine.providers import default_name
from pavedroad.engine.state import PROVIDER_PREFIX, STACK_TYPE, Goal, State, make_urn
from pavedroad.engine.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pavedroad.engine.deployment import Deployment
    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.planner import Planner

_TOKEN_PARTS: Final = 3
"""package:module:Name."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """A resource that exists and shall be in the stack.

    Attributes:
        type: Type token.
        name: Logical name that it gets.
        id: What its provider knows it by.
        parent: URN of its parent; empty is the stack.
        provider: URN of a provider that the stack has; empty is the package's default.
        protect: Whether it is protected from deletion.
        version: Version of the default provider; empty for none.
    """

    type: str
    name: str
    id: str
    parent: str = ""
    provider: str = ""
    protect: bool = True
    version: str = ""


class Importer:
    """Does the imports of one run."""

    def __init__(
        self,
        project: str,
        stack: str,
        planner: Planner,
        deployment: Deployment,
        emit: Callable[[EngineEvent], None],
    ) -> None:
        """Prepare; the planner has been told what the stack holds."""
        self._project = project
        self._stack = stack
        self._planner = planner
        self._deployment = deployment
        self._emit = emit

    async def run(self, imports: Sequence[Import]) -> None:
        """Take the resources in, each after its parent; those that are in the stack already are passed over.

        Raises:
            Stopped: One of them cannot be; it was reported.
        """
        found = next((state.urn for state in self._planner.olds.values() if state.type == STACK_TYPE), "")
        root = found or self._planner.urn(self._root())
        wanted = self._wanted(imports, root)
        await self._keep_all()
        if not found:
            await self._make_root()
        references = {urn: await self._reference(one) for urn, one in wanted.items()}
        while wanted:
            ready = [urn for urn, one in wanted.items() if (one.parent or root) in self._planner.news]
            steps = [self._step(urn, wanted.pop(urn), root, references[urn]) for urn in ready]
            await self._deployment.at_once(steps)

    def _wanted(self, imports: Sequence[Import], root: str) -> dict[str, Import]:
        """What is not in the stack yet, by URN."""
        urns = [self._urn_of(one, root) for one in imports]
        problems: list[tuple[str, str]] = []
        wanted: dict[str, Import] = {}
        for urn, one in zip(urns, imports, strict=True):
            old = self._planner.olds.get(urn)
            if old is not None and one.id in {old.id, old.import_id}:
                self._say("info", urn, f"'{urn}' is in the stack already, with the id {one.id}; it stays")
                continue
            problem = self._problem(urn, one, old, urns, root)
            if urn in wanted:
                problem = f"'{urn}' is to be imported twice; give one of the two another name"
            if problem:
                problems.append((urn, problem))
            wanted[urn] = one
        for urn, problem in problems:
            self._say("error", urn, problem)
        if problems:
            self._stop()
        return wanted

    def _problem(self, urn: str, one: Import, old: State | None, urns: Sequence[str], root: str) -> str:
        if len(one.type.split(":")) != _TOKEN_PARTS or not all(one.type.split(":")):
            return f"{one.type!r} is no resource type; wanted one like aws:sqs/queue:Queue"
        if old is not None:
            return f"resource '{urn}' already exists, with the id {old.id}; wanted {one.id}"
        if one.parent and one.parent != root and one.parent not in {*self._planner.olds, *urns}:
            return f"unknown parent '{one.parent}' for resource '{urn}'"
        if one.provider and one.provider not in self._planner.olds:
            return f"unknown provider '{one.provider}' for resource '{urn}'"
        return ""

    async def _keep_all(self) -> None:
        """Write down what the stack holds, in its order, so that a new resource comes after its parent."""
        for old in self._planner.resources:
            if not old.delete:
                kept = self._planner.news[old.urn] = old.copy()
                await self._deployment.at_once([Step(op=Op.SAME, old=old, new=kept)])

    def _root(self) -> Goal:
        return Goal(type=STACK_TYPE, name=f"{self._project}-{self._stack}", custom=False, inputs={})

    async def _make_root(self) -> None:
        state = await self._deployment.register(self._root())
        self._deployment.set_outputs(state.urn, {})

    async def _reference(self, one: Import) -> str:
        package = one.type.partition(":")[0]
        goal = Goal(
            type=f"{PROVIDER_PREFIX}{package}", name=default_name(one.version), custom=True, inputs={}
        )
        old = self._planner.olds.get(one.provider or self._planner.urn(goal))
        if old is not None:
            return old.reference
        return await self._deployment.provider_for(package, one.version, "", "")

    def _step(self, urn: str, one: Import, root: str, provider: str) -> Step:
        new = State(
            urn=urn,
            type=one.type,
            custom=True,
            id=one.id,
            import_id=one.id,
            parent=one.parent or root,
            provider=provider,
            protect=one.protect,
        )
        self._planner.news[urn] = new
        return Step(op=Op.IMPORT, new=new, adopts=True)

    def _urn_of(self, one: Import, root: str) -> str:
        return make_urn(
            stack=self._stack,
            project=self._project,
            parent=one.parent or root,
            type_=one.type,
            name=one.name,
        )

    def _say(self, severity: Literal["info", "error"], urn: str, message: str) -> None:
        self._emit(DiagnosticEvent(severity=severity, message=message, urn=urn))

    def _stop(self) -> NoReturn:
        self._deployment.stop()
        raise Stopped
