"""Steps: what is done to one resource, and the doing of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from pavedroad.engine import values
from pavedroad.engine.events import (
    DiagnosticEvent,
    Op,
    ResOpFailedEvent,
    ResourcePreEvent,
    ResOutputsEvent,
    StepMetadata,
)
from pavedroad.engine.provider_client import ProviderFailure, Subject
from pavedroad.engine.providers import INTERNAL_KEY
from pavedroad.engine.state import is_default_provider, is_provider, urn_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.provider_client import Partial, ProviderClient
    from pavedroad.engine.providers import Providers
    from pavedroad.engine.state import State

_CREATES: Final = frozenset({Op.CREATE, Op.CREATE_REPLACEMENT})
_IMPORTS: Final = frozenset({Op.IMPORT, Op.IMPORT_REPLACEMENT})
_READS: Final = frozenset({Op.READ, Op.READ_REPLACEMENT})
_DELETES: Final = frozenset({Op.DELETE, Op.DELETE_REPLACED, Op.DISCARD, Op.DISCARD_REPLACED})
_UNCOUNTED: Final = frozenset({Op.READ, Op.READ_REPLACEMENT, Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED})


class StepFailed(Exception):  # noqa: N818 - reported already; it only ends the run
    """A step failed, and was reported."""


@dataclass(kw_only=True)
class Step:
    """One operation on one resource; `old` is what is, `new` what shall be.

    Attributes:
        keeps_pending_replacement: The old resource is deleted before its replacement is made, and stays in
            the state, marked, until then.
        adopts: An import takes the inputs over from what there is; else it demands that they are equal.
        result: What a refresh found: same, update or delete.
    """

    op: Op
    old: State | None = None
    new: State | None = None
    keys: tuple[str, ...] = ()
    diffs: tuple[str, ...] = ()
    logical: bool = True
    keeps_pending_replacement: bool = False
    adopts: bool = False
    result: Op | None = None

    @property
    def state(self) -> State:
        """The side that names the resource."""
        state = self.new if self.new is not None else self.old
        if state is None:
            raise AssertionError("a step has an old or a new state")
        return state

    def metadata(self) -> StepMetadata:
        """The step as events show it, at this moment."""
        state = self.state
        return StepMetadata(
            op=self.result or self.op,
            urn=state.urn,
            type=state.type,
            old=None if self.old is None else self.old.shown(),
            new=None if self.new is None else self.new.shown(),
            keys=self.keys,
            diffs=self.diffs,
            provider=state.provider,
            logical=self.logical,
        )


class Journal(Protocol):
    """Where steps are written down, before and after."""

    async def begin(self, step: Step) -> None:
        """A step that changes the world is about to begin."""
        ...

    async def end(self, step: Step) -> None:
        """A step is done; its new state holds."""
        ...

    async def fail(self, step: Step) -> None:
        """A step failed; nothing of it holds, or what the provider left behind."""
        ...

    def outputs(self, state: State) -> None:
        """A component's outputs were registered."""
        ...


class NoJournal:
    """The journal of a preview: nothing is kept."""

    async def begin(self, step: Step) -> None:
        """Nothing begins in a preview."""

    async def end(self, step: Step) -> None:
        """Nothing ends in a preview."""

    async def fail(self, step: Step) -> None:
        """Nothing fails in a preview."""

    def outputs(self, state: State) -> None:
        """Nothing is kept in a preview."""


class StepRunner:
    """Does steps, emits their events, counts them and keeps the journal."""

    def __init__(
        self,
        providers: Providers,
        journal: Journal,
        emit: Callable[[EngineEvent], None],
        *,
        operation: str,
        dry_run: bool,
        parallel: int,
    ) -> None:
        """Prepare; `parallel` bounds how many steps run at once."""
        self._providers = providers
        self._journal = journal
        self._emit = emit
        self._dry_run = dry_run
        self.operation = operation
        self._slots = asyncio.Semaphore(parallel)
        self._done: dict[str, Step] = {}
        self.changes: dict[str, int] = {}
        self.gone: set[str] = set()

    async def run(self, step: Step) -> None:
        """Do one step.

        Raises:
            StepFailed: The provider failed; it is reported.
            EngineError: A plugin died.
        """
        async with self._slots:
            self._emit(ResourcePreEvent(metadata=step.metadata(), planning=self._dry_run))
            await self._journal.begin(step)
            # Whatever is ready together is begun together, before the first of it can fail.
            await asyncio.sleep(0)
            started = time.monotonic()
            try:
                await self._apply(step)
            except ProviderFailure as failure:
                await self._report(step, failure)
                raise StepFailed(step.state.urn) from failure
            await self._journal.end(step)
        self._done[step.state.urn] = step
        self._count(step)
        if step.state.custom or self._dry_run or step.op in _DELETES or step.op is Op.REFRESH:
            spent = time.monotonic() - started
            self._emit(
                ResOutputsEvent(metadata=step.metadata(), planning=self._dry_run, duration_seconds=spent)
            )

    def register_outputs(self, state: State) -> None:
        """Take note of a component's outputs and say so."""
        step = self._done[state.urn]
        self._journal.outputs(state)
        self._emit(ResOutputsEvent(metadata=step.metadata(), planning=self._dry_run))

    async def _report(self, step: Step, failure: ProviderFailure) -> None:
        if failure.partial is not None and step.new is not None and step.op in _CREATES | {Op.UPDATE}:
            _keep(step.new, failure.partial)
        await self._journal.fail(step)
        self._emit(DiagnosticEvent(severity="error", message=str(failure), urn=step.state.urn))
        self._emit(ResOpFailedEvent(metadata=step.metadata()))

    def _count(self, step: Step) -> None:
        if is_default_provider(step.state.urn) or step.op in _UNCOUNTED:
            return
        name = (step.result or step.op).value
        self.changes[name] = self.changes.get(name, 0) + 1

    async def _apply(self, step: Step) -> None:
        new, old = step.new, step.old
        if step.op in _CREATES and new is not None:
            await self._create(new)
        elif step.op is Op.SAME and new is not None and old is not None:
            new.id, new.outputs = old.id, old.outputs
            new.init_errors = old.init_errors
            if is_provider(new.type):
                await self._providers.configure(new.urn, old.id, new.inputs)
        elif step.op is Op.UPDATE and new is not None and old is not None:
            await self._update(new, old)
        elif step.op in _READS and new is not None:
            await self._read(new)
        elif step.op in _DELETES and old is not None:
            await self._delete(step, old)
        elif step.op is Op.REFRESH and old is not None:
            await self._refresh(step, old)
        elif step.op in _IMPORTS and new is not None:
            await self._import(step, new)

    async def _create(self, new: State) -> None:
        if is_provider(new.type):
            new.id = await self._providers.configure(new.urn, "", new.inputs)
            new.outputs = _provider_outputs(new)
        elif new.custom:
            client = await self._client(new)
            if client is None:
                return
            limit = new.custom_timeouts.get("create", 0)
            new.id, outputs = await client.create(
                _subject(new), new.inputs, preview=self._dry_run, limit_seconds=limit
            )
            if not new.id and not self._dry_run:
                raise ProviderFailure("the provider made the resource but gave it no id")
            new.outputs = values.with_secret_keys(outputs, new.additional_secret_outputs)

    async def _update(self, new: State, old: State) -> None:
        new.id = old.id
        if is_provider(new.type):
            await self._providers.configure(new.urn, old.id, new.inputs)
            new.outputs = _provider_outputs(new)
        elif new.custom:
            client = await self._client(new)
            if client is None:
                return
            outputs = await client.update(
                _subject(new),
                old.id,
                (old.inputs, old.outputs),
                new.inputs,
                ignore=new.ignore_changes,
                preview=self._dry_run,
                limit_seconds=new.custom_timeouts.get("update", 0),
            )
            new.outputs = values.with_secret_keys(outputs, new.additional_secret_outputs)

    async def _read(self, new: State) -> None:
        if values.is_unknown(new.id):
            return
        client = await self._client(new)
        if client is None:
            return
        live = await client.read(_subject(new), new.id, new.inputs, {})
        if not live.id:
            raise ProviderFailure(f"resource '{new.id}' does not exist")
        new.id = live.id
        new.init_errors = live.init_errors
        new.outputs = values.with_secret_keys(live.outputs, new.additional_secret_outputs)

    async def _delete(self, step: Step, old: State) -> None:
        if old.protect and step.op is Op.DELETE:
            raise ProviderFailure(
                f"resource '{old.urn}' cannot be deleted because it is protected. To unprotect it, remove "
                "the `protect` option from it in the program and run `up`."
            )
        kept = old.external or old.retain_on_delete or old.deleted_with in self.gone
        if self._dry_run or kept or not old.custom or is_provider(old.type):
            return
        instance = await self._providers.ensure(old.provider)
        limit = old.custom_timeouts.get("delete", 0)
        await instance.client.delete(_subject(old), old.id, (old.inputs, old.outputs), limit_seconds=limit)

    async def _refresh(self, step: Step, old: State) -> None:
        step.new, step.result = old, Op.SAME
        if not old.custom or is_provider(old.type) or old.pending_replacement:
            return
        client = await self._client(old)
        if client is None:
            return
        live = await client.read(_subject(old), old.id, old.inputs, old.outputs)
        if not live.id:
            step.new, step.result = None, Op.DELETE
            return
        new = old.copy()
        new.id, new.init_errors = live.id, live.init_errors
        new.inputs = old.inputs if live.inputs is None else live.inputs
        new.outputs = values.with_secret_keys(live.outputs, old.additional_secret_outputs)
        step.new = new
        if old.external:
            changed = not values.same_value(old.outputs, new.outputs)
        else:
            # What would an update have to do to bring the old inputs back?
            diff = await client.diff(
                _subject(new), new.id, (new.inputs, new.outputs), old.inputs, old.ignore_changes
            )
            changed = (
                diff.changes == "some"
                if diff.changes != "unknown"
                else not values.same_value(old.inputs, new.inputs)
            )
        step.result = Op.UPDATE if changed else Op.SAME

    async def _import(self, step: Step, new: State) -> None:
        client = await self._client(new)
        if client is None:
            return
        live = await client.read(_subject(new), new.import_id, {}, {})
        if not live.id:
            raise ProviderFailure(f"resource '{new.import_id}' does not exist")
        if live.inputs is None:
            raise ProviderFailure(f"provider '{client.package}' cannot import {new.type}")
        given = live.inputs if step.adopts else new.inputs
        wanted, failures = await client.check(_subject(new), live.inputs, given, b"")
        problems = [f"property {failure.property} has a problem: {failure.reason}" for failure in failures]
        if problems and not step.adopts:
            raise ProviderFailure(problems[0])
        new.id, new.init_errors = live.id, live.init_errors
        new.outputs = values.with_secret_keys(live.outputs, new.additional_secret_outputs)
        if step.adopts:
            # The state of a resource that the program did not import says nothing of it, as Pulumi's does.
            new.inputs, new.import_id = live.inputs, ""
            for problem in problems:
                message = f"{problem}; mend the definition before the next update"
                self._emit(DiagnosticEvent(severity="warning", message=message, urn=new.urn))
            return
        diff = await client.diff(
            _subject(new), new.id, (live.inputs, live.outputs), wanted, new.ignore_changes
        )
        new.inputs = wanted
        if diff.changes == "some":
            message = (
                "the inputs differ from the existing resource, which an import may not change: "
                f"{', '.join(diff.diffs)}"
            )
            if not self._dry_run:
                raise ProviderFailure(message)
            self._emit(DiagnosticEvent(severity="warning", message=message, urn=new.urn))

    async def _client(self, state: State) -> ProviderClient | None:
        """The plugin that serves a resource; None when its configuration is not known yet."""
        instance = await self._providers.ensure(state.provider)
        return instance.client if instance.configured else None


def _keep(new: State, partial: Partial) -> None:
    """Take over what exists although it is not ready: the next update brings it to its end."""
    new.id = partial.id or new.id
    new.outputs = values.with_secret_keys(partial.outputs, new.additional_secret_outputs)
    new.init_errors = partial.reasons or ("the provider gave no reason",)


def _subject(state: State) -> Subject:
    return Subject(urn=state.urn, type=state.type, name=urn_name(state.urn))


def _provider_outputs(state: State) -> values.Props:
    return {key: value for key, value in state.inputs.items() if key != INTERNAL_KEY}
