"""Keeps the state file true to the world: written before an operation begins, and after each step.

A step that changed nothing is not worth a write of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.engine.events import Op
from pavedroad.engine.saving import Saving
from pavedroad.engine.state import State, is_provider, provider_urn
from pavedroad.engine.statefile import Pending, now, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pavedroad.engine.statefile import StateFile
    from pavedroad.engine.steps import Step

_CREATING: Final = "creating"
_PENDING: Final = {
    Op.CREATE: _CREATING,
    Op.CREATE_REPLACEMENT: _CREATING,
    Op.UPDATE: "updating",
    Op.DELETE: "deleting",
    Op.DELETE_REPLACED: "deleting",
    Op.READ: "reading",
    Op.READ_REPLACEMENT: "reading",
    Op.IMPORT: "importing",
    Op.IMPORT_REPLACEMENT: "importing",
}
_HARMLESS: Final = frozenset({"reading", "importing"})
_REPLACING: Final = frozenset({Op.CREATE_REPLACEMENT, Op.READ_REPLACEMENT, Op.IMPORT_REPLACEMENT})
_MADE: Final = frozenset({Op.CREATE, Op.SAME, Op.UPDATE, Op.READ, Op.IMPORT}) | _REPLACING
_GONE: Final = frozenset(
    {Op.DELETE, Op.DELETE_REPLACED, Op.DISCARD, Op.DISCARD_REPLACED, Op.REMOVE_PENDING_REPLACE}
)


class FileJournal:
    """The journal of a run that changes a stack.

    The state is what this run has made, in the order it was made, then what it has not come to yet.
    """

    def __init__(self, file: StateFile, olds: list[State]) -> None:
        """Start from the state as it was loaded."""
        self._file = file
        self._olds = olds
        # Old URNs to new ones, as resources are written under a name that an alias led to.
        self._renamed: dict[str, str] = {}
        # What a refresh did not find any more, to its parent.
        self._lost_parents: dict[str, str] = {}
        self._news: list[State] = []
        self._settled: set[int] = set()
        self._pending: dict[int, Pending] = {}
        self._interrupted: list[Pending] = []
        self._encoded: dict[int, tuple[State, str]] = {}
        self._saving = Saving(self._text, file.replace)

    def carry(self, pending: Iterable[Pending]) -> None:
        """Keep what an earlier run did not see the end of, until it is made again, found or read anew.

        What only read is not kept: nothing came of it.
        """
        self._interrupted = [
            entry
            for entry in pending
            if entry.type == _CREATING
            or (entry.type not in _HARMLESS and any(read_by(entry, state) for state in self._olds))
        ]

    def interrupted(self) -> list[Pending]:
        """The creates that nobody has looked into yet."""
        return [entry for entry in self._interrupted if entry.type == _CREATING]

    async def found(self, entry: Pending, state: State | None) -> None:
        """Write down what an interrupted create has made; None: nothing is there.

        Raises:
            EngineError: The state cannot be written.
        """
        self._interrupted.remove(entry)
        if state is not None:
            self._olds.append(state)
        await self._saving.saved()

    async def begin(self, step: Step) -> None:
        """Write down an operation before it begins.

        Raises:
            EngineError: The state cannot be written.
        """
        type_ = _PENDING.get(step.op)
        state = step.state
        if type_ is None or not state.custom or is_provider(state.type):
            return
        # As it stands now: the step fills the new state while it runs. An update is known by what it changes.
        known = step.old if step.op is Op.UPDATE and step.old is not None else state
        self._pending[id(step)] = Pending(type=type_, state=known.copy())
        await self._saving.saved()

    async def end(self, step: Step) -> None:
        """Write down what a step has made of the world.

        Raises:
            EngineError: The state cannot be written.
        """
        pending = self._pending.pop(id(step), None)
        new, old = step.new, step.old
        changed_nothing = pending is None and (step.op is Op.REPLACE or self._is_unchanged(step))
        if step.op in _GONE and old is not None:
            self._remove(step, old)
        elif step.op is Op.REFRESH and old is not None:
            self._replace(old, new)
            self._interrupted = [entry for entry in self._interrupted if not read_by(entry, old)]
        elif step.op in _MADE and new is not None:
            self._add(step, new, old)
        if changed_nothing:
            self._saving.later()
        else:
            await self._saving.saved()

    def _is_unchanged(self, step: Step) -> bool:
        """The file says already what the step came to."""
        new, old = step.new, step.old
        if step.op is not Op.SAME or new is None or old is None:
            return False
        if any(entry.state.urn == new.urn for entry in self._interrupted):
            return False
        return to_json(new, None) == to_json(old, None)

    def _add(self, step: Step, new: State, old: State | None) -> None:
        if step.op in {Op.CREATE, Op.IMPORT} | _REPLACING:
            new.created = new.created or now()
        if step.op is not Op.SAME:
            new.modified = now()
        self._interrupted = [
            entry for entry in self._interrupted if entry.type != _CREATING or entry.state.urn != new.urn
        ]
        self._news.append(new)
        if old is None:
            return
        if old.urn != new.urn:
            self._renamed[old.urn] = new.urn
        if step.op in _REPLACING and not old.pending_replacement:
            old.delete = True
            self._encoded.pop(id(old), None)
        else:
            self._settled.add(id(old))

    def _remove(self, step: Step, old: State) -> None:
        if step.keeps_pending_replacement:
            old.pending_replacement = True
            self._encoded.pop(id(old), None)
        else:
            self._settled.add(id(old))

    def _replace(self, old: State, new: State | None) -> None:
        index = next(index for index, state in enumerate(self._olds) if state is old)
        self._olds[index : index + 1] = [] if new is None else [new]
        if new is None:
            self._lost_parents[old.urn] = old.parent

    async def fail(self, step: Step) -> None:
        """A step failed: what the provider left half made is kept, so that nothing is lost.

        Raises:
            EngineError: The state cannot be written.
        """
        self._pending.pop(id(step), None)
        new, old = step.new, step.old
        if new is not None and new.init_errors and step.op in _MADE:
            self._add(step, new, old)
        await self._saving.saved()

    def outputs(self, state: State) -> None:
        """A component's outputs were registered; they are in the file with the next step, or at the end."""
        self._encoded.pop(id(state), None)
        self._saving.later()

    def close(self) -> None:
        """Write what is not in the file yet.

        Raises:
            EngineError: The state cannot be written.
        """
        self._saving.close()

    def resources(self) -> list[State]:
        """The state as it is at this moment."""
        return [*self._news, *(state for state in self._olds if id(state) not in self._settled)]

    def _text(self) -> str:
        fixed = self._with_new_names(self.resources())
        return self._file.text(
            [self._encode(state) for state in fixed],
            [
                (pending.type, self._file.encode(pending.state))
                for pending in [*self._interrupted, *self._pending.values()]
            ],
        )

    async def settle_refresh(self) -> list[State]:
        """After a refresh: forget dependencies on what is gone, and give its children to its parent.

        Returns:
            The state as it is now.

        Raises:
            EngineError: The state cannot be written.
        """
        known = {state.urn for state in self._olds}
        for index, state in enumerate(self._olds):
            fixed = state.copy()
            fixed.dependencies = tuple(urn for urn in state.dependencies if urn in known)
            kept = {
                key: [urn for urn in urns if urn in known]
                for key, urns in state.property_dependencies.items()
            }
            fixed.property_dependencies = {key: urns for key, urns in kept.items() if urns}
            fixed.deleted_with = state.deleted_with if state.deleted_with in known else ""
            while fixed.parent in self._lost_parents and fixed.parent not in known:
                fixed.parent = self._lost_parents[fixed.parent]
            self._olds[index] = fixed
        await self._saving.saved()
        return list(self._olds)

    def _encode(self, state: State) -> str:
        known = self._encoded.get(id(state))
        if known is None or known[0] is not state:
            known = (state, self._file.encode(state))
            self._encoded[id(state)] = known
        return known[1]

    def _with_new_names(self, states: Iterable[State]) -> Iterable[State]:
        """Resources that refer to a renamed one by its old URN, with the new one."""
        if not self._renamed:
            return states
        return [_renamed(state, self._new_name) for state in states]

    def _new_name(self, urn: str) -> str:
        return self._renamed.get(urn, urn)


def read_by(entry: Pending, state: State) -> bool:
    """Whether what became of an interrupted operation is known once a resource is read anew."""
    if entry.type == _CREATING or entry.state.urn != state.urn:
        return False
    return not entry.state.id or entry.state.id == state.id  # Pulumi's own updates name no id


def _renamed(state: State, rename: Callable[[str], str]) -> State:
    if not any(rename(urn) != urn for urn in state.depends_on()):
        return state
    fixed = state.copy()
    fixed.parent = rename(state.parent)
    fixed.dependencies = tuple(map(rename, state.dependencies))
    fixed.property_dependencies = {
        key: [rename(urn) for urn in urns] for key, urns in state.property_dependencies.items()
    }
    fixed.deleted_with = rename(state.deleted_with)
    if state.provider:
        old = provider_urn(state.provider)
        fixed.provider = rename(old) + state.provider.removeprefix(old)
    return fixed
