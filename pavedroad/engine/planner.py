"""Plans: from what the program registers and what the stack holds to the steps between the two.

The order for each resource is Pulumi's: Check, Remediate, Analyze, Diff, then the steps.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

from pavedroad.engine import paths
from pavedroad.engine.aliases import AliasBook
from pavedroad.engine.diffs import compare, with_replace_on_changes
from pavedroad.engine.events import DiagnosticEvent, Op
from pavedroad.engine.planning import (
    IMPORTED,
    delete_first,
    delete_step,
    is_import,
    new_state,
    problem,
    subject_of,
)
from pavedroad.engine.policies import Subject as PolicySubject
from pavedroad.engine.provider_client import Diff, ProviderFailure
from pavedroad.engine.replacing import replaced_along
from pavedroad.engine.seeds import Seeds, candidates
from pavedroad.engine.state import State, is_provider, make_urn, provider_urn
from pavedroad.engine.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.policies import Policies
    from pavedroad.engine.provider_client import Failure
    from pavedroad.engine.providers import Instance, Providers
    from pavedroad.engine.state import Goal
    from pavedroad.engine.statefile import Pending
    from pavedroad.engine.targets import Targets
    from pavedroad.engine.values import Props


class Skipped(Exception):  # noqa: N818 - not an error: the operation is not about the resource
    """A resource that does not exist yet is left out, because it is no target; the text is its URN."""


class Refused(Exception):  # noqa: N818 - reported already; it only ends the run
    """A resource cannot be planned, and the reason was reported."""


class Planner:
    """Plans the resources of one run.

    Attributes:
        news: The state that the program wants, by URN, in order of registration.
        started: Set once it is known what the stack holds; nothing can be planned before.
    """

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        providers: Providers,
        policies: Policies,
        emit: Callable[[EngineEvent], None],
        targets: Targets,
        dry_run: bool,
    ) -> None:
        """Prepare; `start_from` gives what the stack holds."""
        self._project = project
        self._stack = stack
        self._providers = providers
        self._policies = policies
        self._emit = emit
        self._targets = targets
        self._dry_run = dry_run
        self.resources: list[State] = []
        self.olds: dict[str, State] = {}
        self.news: dict[str, State] = {}
        self._aliases = AliasBook(project=project, stack=stack)
        self._deciding = asyncio.Lock()
        self.started = asyncio.Event()
        self._seeds = Seeds((), ())
        # URNs that the program holds on to, whatever is done to them.
        self._seen: set[str] = set()
        # Old resources (by identity) that go at the end, because something took their place ...
        self._replaced: set[int] = set()
        # ... and those that go before their replacements are made.
        self._early: set[int] = set()
        # What went early, before what it depends on was replaced: URN to the properties that forced it.
        self._deleted: dict[str, tuple[str, ...]] = {}
        self._left_out: set[str] = set()
        self.saw_error = False

    def start_from(self, olds: Sequence[State], pending: Sequence[Pending]) -> None:
        """Start from the resources that the stack holds, and from what was under way; none is changed."""
        self.resources = list(olds)
        self.olds = {state.urn: state for state in olds if not state.delete}
        self._seeds = Seeds(olds, pending)
        self.started.set()

    async def plan(self, goal: Goal) -> list[Step]:
        """The steps that bring one registered resource about, in order.

        Raises:
            Refused: It is invalid; the reason was reported.
            Skipped: It does not exist yet, and the operation is not about it.
            ProviderFailure: The provider failed while it was asked.
            EngineError: A plugin died.
        """
        new, old = self._register(goal)
        if not self._targets.has(new.urn):
            return self._leave(new, old)
        self._need_targets(new)
        await self._policies.ready()
        inputs = goal.inputs
        if old is not None:
            inputs, broken = paths.ignore_changes(old.inputs, inputs, goal.ignore_changes)
            if broken:
                raise ProviderFailure(
                    "cannot ignore changes to the following properties because one or more elements of "
                    f"the path are missing: {', '.join(broken)}"
                )
        if goal.custom and goal.import_id and is_import(goal, old):
            return self._import(goal, new, old)
        recreating = new.urn in self._deleted
        owned = old if old is not None and not (old.external or recreating) else None
        # Every attempt at one replacement starts from the same, also the one after its old resource went.
        replaced = old.id if old is not None and recreating else ""
        await self._check(new, None if owned is None else owned.inputs, inputs, replaced)
        await self._judge(new)
        if old is None:
            self._seen.add(new.urn)
            return [Step(op=Op.CREATE, new=new)]
        async with self._deciding:
            if new.urn in self._deleted:
                if not recreating:
                    # It went while it was checked, so what it had is no base for its defaults any more.
                    await self._check(new, None, goal.inputs, old.id)
                    await self._judge(new, again=True)
                return self._recreate(new, old)
            return await self._against(goal, new, old)

    def _leave(self, new: State, old: State | None) -> list[Step]:
        """Leave a resource that is no target as it is."""
        self.keep(new.urn)
        if old is None:
            del self.news[new.urn]
            self._left_out.add(new.urn)
            raise Skipped(new.urn)
        kept = old.copy()
        kept.urn, kept.parent = new.urn, new.parent
        self.news[new.urn] = kept
        return [Step(op=Op.SAME, old=old, new=kept)]

    def _need_targets(self, new: State) -> None:
        missing = sorted(self._left_out & set(new.depends_on()))
        if missing:
            self._refuse(
                new.urn, f"'{new.urn}' needs '{missing[0]}', which does not exist yet and is no --target"
            )

    def _import(self, goal: Goal, new: State, old: State | None) -> list[Step]:
        new.id = new.import_id = goal.import_id
        self._seen.add(new.urn)
        if old is None or new.urn in self._deleted:
            return [Step(op=Op.IMPORT, new=new)]
        self._replaced.add(id(old))
        return [
            Step(op=Op.IMPORT_REPLACEMENT, old=old, new=new, logical=False),
            Step(op=Op.REPLACE, old=old, new=new),
        ]

    def _recreate(self, new: State, old: State) -> list[Step]:
        """Make a resource anew that had to go because something it depends on was replaced."""
        keys = self._deleted.pop(new.urn)
        self._seen.add(new.urn)
        return [
            Step(op=Op.REPLACE, old=old, new=new),
            Step(op=Op.CREATE_REPLACEMENT, old=old, new=new, keys=keys, logical=False),
        ]

    async def plan_read(self, goal: Goal, id_: str) -> list[Step]:
        """The steps that read a resource which lives outside the stack.

        Raises:
            Refused: It is invalid; the reason was reported.
        """
        new, old = self._register(goal)
        new.external, new.id = True, id_
        self._seen.add(new.urn)
        if old is not None and not old.external and old.id != id_:
            self._replaced.add(id(old))
            return [
                Step(op=Op.READ_REPLACEMENT, old=old, new=new, logical=False),
                Step(op=Op.REPLACE, old=old, new=new),
            ]
        return [Step(op=Op.READ, old=old, new=new)]

    @property
    def renamed(self) -> Mapping[str, str]:
        """Old URNs that an alias led from, to the new ones."""
        return self._aliases.used

    def subjects(self) -> Iterator[PolicySubject]:
        """Every resource that was planned, as stack policies see it."""
        for state in self.news.values():
            yield self._subject(state)

    def urn(self, goal: Goal) -> str:
        """The URN that a goal will have."""
        return make_urn(
            stack=self._stack, project=self._project, parent=goal.parent, type_=goal.type, name=goal.name
        )

    def skip(self, goal: Goal) -> None:
        """Leave a resource as it is, because something that it needs failed."""
        new, _ = self._register(goal)
        self.keep(new.urn)

    def keep(self, urn: str) -> None:
        """Hold on to a resource, whatever became of it: it is not to be deleted."""
        self._seen.add(urn)

    def _register(self, goal: Goal) -> tuple[State, State | None]:
        urn = self.urn(goal)
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
        new = new_state(urn, goal, parent, old, alias)
        self.news[urn] = new
        return new, old

    async def _check(self, new: State, olds: Props | None, inputs: Props, replaced: str) -> None:
        failures: list[Failure] = []
        new.inputs = inputs
        if is_provider(new.type):
            new.inputs, failures = await self._providers.check(new.urn, olds, inputs)
        elif new.custom:
            instance = self._instance(new)
            if instance.configured:
                base = self._seeds.attempts.get(new.urn) if olds is None else olds
                for seed in candidates(new.urn, replaced):
                    if base is None and self._seeds.spent(new.type, seed):
                        continue
                    new.inputs, failures = await instance.client.check(subject_of(new), base, inputs, seed)
                    if base is not None or not self._seeds.taken(new.type, new.inputs):
                        break
        for failure in failures:
            self._emit(DiagnosticEvent(severity="error", message=problem(new, inputs, failure), urn=new.urn))
        if failures:
            raise Refused(new.urn)

    async def _judge(self, new: State, *, again: bool = False) -> None:
        subject = self._subject(new)
        new.inputs = await self._policies.remediate(subject, again=again)
        violated = await self._policies.analyze(subject, again=again)
        if violated and not self._dry_run:
            raise Refused(new.urn)

    async def _against(self, goal: Goal, new: State, old: State) -> list[Step]:
        if old.external:
            self._seen.add(new.urn)
            self._replaced.add(id(old))
            return [
                Step(op=Op.CREATE_REPLACEMENT, old=old, new=new, logical=False),
                Step(op=Op.REPLACE, old=old, new=new),
            ]
        diff = with_replace_on_changes(await self._diff(new, old), goal.replace_on_changes)
        if diff.changes == "some" or old.pending_replacement:
            self._seen.add(new.urn)
            if diff.replace or old.pending_replacement:
                return await self._replace(goal, new, old, diff)
            return [Step(op=Op.UPDATE, old=old, new=new, diffs=diff.diffs)]
        if old.init_errors:
            self._seen.add(new.urn)
            return [Step(op=Op.UPDATE, old=old, new=new)]
        self._seen.add(new.urn)
        return [Step(op=Op.SAME, old=old, new=new)]

    async def _replace(self, goal: Goal, new: State, old: State, diff: Diff) -> list[Step]:
        if new.protect and old.protect:
            self.saw_error = True
            message = f"unable to replace '{new.urn}': it is protected. Remove the `protect` option first."
            self._emit(DiagnosticEvent(severity="error", message=message, urn=new.urn))
            if not self._dry_run:
                raise Refused(new.urn)
        if goal.import_id:
            if not self._dry_run:
                raise ProviderFailure(IMPORTED)
            self._emit(DiagnosticEvent(severity="warning", message=IMPORTED, urn=new.urn))
        # Defaults that were carried over from the old resource do not hold for its replacement.
        await self._check(new, None, goal.inputs, old.id)
        await self._judge(new, again=True)
        create = Step(
            op=Op.CREATE_REPLACEMENT,
            old=old,
            new=new,
            keys=diff.replaces,
            diffs=diff.diffs,
            logical=False,
        )
        replaced = Step(op=Op.REPLACE, old=old, new=new, keys=diff.replaces, diffs=diff.diffs)
        first = diff.delete_before_replace
        if goal.delete_before_replace is not None:
            first = goal.delete_before_replace
        if not first:
            self._replaced.add(id(old))
            return [create, replaced]
        steps = await self._clear_the_way(new, old)
        self._early.add(id(old))
        if not old.pending_replacement:
            steps.append(delete_first(old))
        return [*steps, replaced, create]

    async def _clear_the_way(self, new: State, old: State) -> list[Step]:
        """Delete what would itself be replaced, before the resource it depends on is deleted."""
        steps: list[Step] = []
        along = await replaced_along(old, self.resources, self.news, self._providers)
        for state, keys in reversed(along):
            if id(state) in self._early:
                continue
            if state.protect:
                self._refuse(
                    new.urn,
                    f"unable to replace '{state.urn}' as part of replacing '{new.urn}': it is protected. "
                    "Remove the `protect` option from it in the program and run `up`.",
                )
            self._deleted[state.urn] = keys
            self._early.add(id(state))
            steps.append(delete_step(state, replaced=True) if state.delete else delete_first(state))
        return steps

    def plan_deletes(self) -> list[Step]:
        """The steps that remove what the program did not register, and what was replaced.

        Raises:
            Refused: A resource that is no target needs one that would go; it was reported.
        """
        steps: list[Step] = []
        for state in reversed(self.resources):
            early = id(state) in self._early
            if state.delete or id(state) in self._replaced:
                steps += [] if early else [delete_step(state, replaced=True)]
                continue
            urn = self.renamed.get(state.urn, state.urn)
            if urn in self._seen:
                continue
            if early or state.pending_replacement:
                steps.append(Step(op=Op.REMOVE_PENDING_REPLACE, old=state))
            else:
                steps.append(delete_step(state, replaced=False))
        wanted, problems = self._targets.deletes(steps, self.resources, self._seen)
        for urn, needing in problems:
            self._say(urn, f"'{urn}' cannot be deleted: '{needing}' needs it and is no --target")
        if problems:
            raise Refused(problems[0][0])
        return wanted

    async def _diff(self, new: State, old: State) -> Diff:
        if await self._providers.moves(old.provider, new.provider):
            return Diff(changes="some", replaces=("provider",))
        if is_provider(new.type):
            return await self._providers.diff(new.urn, old, new.inputs)
        if not new.custom:
            return compare(old.inputs, new.inputs)
        instance = self._instance(new)
        if not instance.configured:
            return compare(old.inputs, new.inputs)
        diff = await instance.client.diff(
            subject_of(new), old.id, (old.inputs, old.outputs), new.inputs, new.ignore_changes
        )
        return compare(old.inputs, new.inputs) if diff.changes == "unknown" else diff

    def _instance(self, state: State) -> Instance:
        instance = self._providers.get(state.provider)
        if instance is None:
            self._refuse(state.urn, f"unknown provider '{state.provider}' for resource '{state.urn}'")
        return instance

    def _subject(self, state: State) -> PolicySubject:
        provider = self.news.get(provider_urn(state.provider)) if state.provider else None
        return PolicySubject(state=state, provider=provider)

    def _refuse(self, urn: str, message: str) -> NoReturn:
        self._say(urn, message)
        raise Refused(urn)

    def _say(self, urn: str, message: str) -> None:
        self._emit(DiagnosticEvent(severity="error", message=message, urn=urn))
