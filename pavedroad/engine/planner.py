"""Plans: from what the program registers and what the stack holds to the steps between the two.

The order for each resource is Pulumi's: Check, Remediate, Analyze, Diff, then the steps.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from pavedroad.engine import paths, values
from pavedroad.engine.aliases import AliasBook
from pavedroad.engine.events import DiagnosticEvent, Op
from pavedroad.engine.policies import Subject as PolicySubject
from pavedroad.engine.provider_client import Diff, ProviderFailure, Subject
from pavedroad.engine.state import State, is_provider, make_urn, provider_urn, urn_name
from pavedroad.engine.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.policies import Policies
    from pavedroad.engine.provider_client import Failure
    from pavedroad.engine.providers import Instance, Providers
    from pavedroad.engine.state import Goal
    from pavedroad.engine.values import Props


class Refused(Exception):  # noqa: N818 - reported already; it only ends the run
    """A resource cannot be planned, and the reason was reported."""


class Planner:
    """Plans the resources of one run.

    Attributes:
        news: The state that the program wants, by URN, in order of registration.
    """

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        olds: Sequence[State],
        providers: Providers,
        policies: Policies,
        emit: Callable[[EngineEvent], None],
        dry_run: bool,
    ) -> None:
        """Start from the resources that the stack holds; none of them is changed."""
        self._project = project
        self._stack = stack
        self._providers = providers
        self._policies = policies
        self._emit = emit
        self._dry_run = dry_run
        self.resources = list(olds)
        self.olds = {state.urn: state for state in olds if not state.delete}
        self.news: dict[str, State] = {}
        self._aliases = AliasBook(project=project, stack=stack)
        self._deciding = asyncio.Lock()
        self._sames: set[str] = set()
        self._changed: set[str] = set()

    async def plan(self, goal: Goal) -> list[Step]:
        """The steps that bring one registered resource about, in order.

        Raises:
            Refused: It is invalid; the reason was reported.
            ProviderFailure: The provider failed while it was asked.
            EngineError: A plugin died.
        """
        new, old = self._register(goal)
        await self._policies.ready()
        inputs = goal.inputs
        if old is not None:
            inputs, broken = paths.ignore_changes(old.inputs, inputs, goal.ignore_changes)
            if broken:
                raise ProviderFailure(
                    "cannot ignore changes to the following properties because one or more elements of "
                    f"the path are missing: {', '.join(broken)}"
                )
        owned = old if old is not None and not old.external else None
        await self._check(new, None if owned is None else owned.inputs, inputs, _seed(new.urn, ""))
        await self._judge(new)
        if old is None:
            return [Step(op=Op.CREATE, new=new)]
        async with self._deciding:
            return await self._against(goal, new, old)

    def plan_read(self, goal: Goal, id_: str) -> list[Step]:
        """The steps that read a resource which lives outside the stack.

        Raises:
            Refused: It is invalid; the reason was reported.
        """
        new, old = self._register(goal)
        new.external, new.id = True, id_
        self._changed.add(new.urn)
        if old is not None and not old.external and old.id != id_:
            return [
                Step(op=Op.READ_REPLACEMENT, old=old, new=new, logical=False),
                Step(op=Op.REPLACE, old=old, new=new),
            ]
        return [Step(op=Op.READ, old=old, new=new)]

    def subjects(self) -> Iterator[PolicySubject]:
        """Every resource that was planned, as stack policies see it."""
        for state in self.news.values():
            yield self._subject(state)

    def _register(self, goal: Goal) -> tuple[State, State | None]:
        urn = make_urn(
            stack=self._stack, project=self._project, parent=goal.parent, type_=goal.type, name=goal.name
        )
        if goal.parent and goal.parent not in self.news:
            self._refuse(urn, f"could not find the parent resource {goal.parent}")
        if urn in self.news:
            self._refuse(urn, f"Duplicate resource URN '{urn}'; try giving it a unique name")
        parent = self.news.get(goal.parent)
        old, alias, problem = self._aliases.find(goal, urn, self.olds, self.news)
        if problem:
            self._refuse(urn, problem)
        if alias:
            self._providers.alias(urn, alias)
        new = State(
            urn=urn,
            type=goal.type,
            custom=goal.custom,
            inputs=goal.inputs,
            parent=goal.parent,
            provider=goal.provider,
            dependencies=goal.dependencies,
            property_dependencies=goal.property_dependencies,
            protect=bool(_inherited(goal.protect, parent and parent.protect)),
            retain_on_delete=bool(_inherited(goal.retain_on_delete, parent and parent.retain_on_delete)),
            deleted_with=goal.deleted_with or (parent.deleted_with if parent else ""),
            aliases=(alias,) if alias else (),
            additional_secret_outputs=goal.additional_secret_outputs,
            ignore_changes=goal.ignore_changes,
            replace_on_changes=goal.replace_on_changes,
            hide_diffs=goal.hide_diffs,
            delete_before_replace=goal.delete_before_replace,
            custom_timeouts=goal.custom_timeouts,
            created=old.created if old else "",
            modified=old.modified if old else "",
        )
        self.news[urn] = new
        return new, old

    async def _check(self, new: State, olds: Props | None, inputs: Props, seed: bytes) -> None:
        failures: list[Failure] = []
        new.inputs = inputs
        if is_provider(new.type):
            new.inputs, failures = await self._providers.check(new.urn, olds, inputs)
        elif new.custom:
            instance = self._instance(new)
            if instance.configured:
                new.inputs, failures = await instance.client.check(_subject(new), olds, inputs, seed)
        for failure in failures:
            self._emit(DiagnosticEvent(severity="error", message=_problem(new, inputs, failure), urn=new.urn))
        if failures:
            raise Refused(new.urn)

    async def _judge(self, new: State) -> None:
        subject = self._subject(new)
        new.inputs = await self._policies.remediate(subject)
        violated = await self._policies.analyze(subject)
        if violated and not self._dry_run:
            raise Refused(new.urn)

    async def _against(self, goal: Goal, new: State, old: State) -> list[Step]:
        if old.external:
            self._changed.add(new.urn)
            return [
                Step(op=Op.CREATE_REPLACEMENT, old=old, new=new, logical=False),
                Step(op=Op.REPLACE, old=old, new=new),
            ]
        diff = _with_replace_on_changes(await self._diff(new, old), goal.replace_on_changes)
        if diff.changes == "some" or old.pending_replacement:
            self._changed.add(new.urn)
            if diff.replace or old.pending_replacement:
                return await self._replace(goal, new, old, diff)
            return [Step(op=Op.UPDATE, old=old, new=new, diffs=diff.diffs)]
        if old.init_errors:
            self._changed.add(new.urn)
            return [Step(op=Op.UPDATE, old=old, new=new)]
        self._sames.add(new.urn)
        return [Step(op=Op.SAME, old=old, new=new)]

    async def _replace(self, goal: Goal, new: State, old: State, diff: Diff) -> list[Step]:
        # Defaults that were carried over from the old resource do not hold for its replacement.
        await self._check(new, None, goal.inputs, _seed(new.urn, old.id))
        create = Step(
            op=Op.CREATE_REPLACEMENT,
            old=old,
            new=new,
            keys=diff.replaces,
            diffs=diff.diffs,
            logical=False,
        )
        replace = Step(op=Op.REPLACE, old=old, new=new, keys=diff.replaces, diffs=diff.diffs)
        return [create, replace]

    async def _diff(self, new: State, old: State) -> Diff:
        if is_provider(new.type):
            return await self._providers.diff(new.urn, old, new.inputs)
        if not new.custom:
            return _compare(old.inputs, new.inputs)
        instance = self._instance(new)
        if not instance.configured:
            return _compare(old.inputs, new.inputs)
        diff = await instance.client.diff(
            _subject(new), old.id, (old.inputs, old.outputs), new.inputs, new.ignore_changes
        )
        return _compare(old.inputs, new.inputs) if diff.changes == "unknown" else diff

    def _instance(self, state: State) -> Instance:
        instance = self._providers.get(state.provider)
        if instance is None:
            self._refuse(state.urn, f"unknown provider '{state.provider}' for resource '{state.urn}'")
        return instance

    def _subject(self, state: State) -> PolicySubject:
        provider = self.news.get(provider_urn(state.provider)) if state.provider else None
        return PolicySubject(state=state, provider=provider)

    def _refuse(self, urn: str, message: str) -> NoReturn:
        self._emit(DiagnosticEvent(severity="error", message=message, urn=urn))
        raise Refused(urn)


def _inherited(own: bool | None, parents: bool | None) -> bool | None:  # noqa: FBT001 - two equals
    return parents if own is None else own


def _subject(state: State) -> Subject:
    return Subject(urn=state.urn, type=state.type, name=urn_name(state.urn))


def _seed(urn: str, replaced_id: str) -> bytes:
    """The seed of automatic names: an interrupted create finds its name again, a replacement gets another."""
    return hashlib.sha256(f"{urn}\0{replaced_id}".encode()).digest()


def _problem(state: State, inputs: Props, failure: Failure) -> str:
    what = f"{state.type} resource '{urn_name(state.urn)}'"
    if not failure.property:
        return f"{what} has a problem: {failure.reason}"
    shown = json.dumps(values.mask(inputs.get(failure.property)))
    return f"{what}: property {failure.property} value {shown} has a problem: {failure.reason}"


def _compare(old: Props, new: Props) -> Diff:
    changed = tuple(key for key in sorted({*old, *new}) if not values.same_value(old.get(key), new.get(key)))
    return Diff(changes="some" if changed else "none", diffs=changed)


def _with_replace_on_changes(diff: Diff, patterns: Sequence[str]) -> Diff:
    if diff.changes != "some":
        return diff
    parsed = [path for path in map(paths.parse, patterns) if path]
    forced = [
        key
        for key in diff.diffs
        if key not in diff.replaces
        and any(paths.covers(pattern, paths.parse(key) or ()) for pattern in parsed)
    ]
    return replace(diff, replaces=(*diff.replaces, *forced)) if forced else diff
