"""Creates that an earlier run did not see the end of: what became of them, where nothing makes them again.

An update makes them again, and the provider adopts what is there. Where no program does, our own provider is
asked: a read without an id, of inputs that hold a seed, is answered with what was made from that seed. Other
providers cannot tell; what is unsure stays in the state until somebody who looked says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pavedroad.engine import values
from pavedroad.engine.events import DiagnosticEvent
from pavedroad.engine.planning import subject_of
from pavedroad.engine.provider_client import ProviderFailure
from pavedroad.engine.seeds import ORIGIN_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.journal import FileJournal
    from pavedroad.engine.providers import Providers
    from pavedroad.engine.state import State
    from pavedroad.engine.statefile import Pending

CLEAR_OPTION: Final = "--clear-pending-creates"
"""Option of `refresh` that forgets them, as Pulumi's has it."""


class Lookout:
    """Looks for what interrupted creates have made."""

    def __init__(
        self, journal: FileJournal, providers: Providers, emit: Callable[[EngineEvent], None]
    ) -> None:
        """Prepare; nothing is looked for yet."""
        self._journal = journal
        self._providers = providers
        self._emit = emit
        self.unsure = False

    async def look(self, *, known: Container[str], deleting: bool) -> list[State]:
        """Write down what is there, or that nothing is.

        Args:
            known: URNs that are not looked for: the stack has a resource of that name, or a program made it.
            deleting: What is found under a known URN is the replacement of that resource, and goes with it.

        Returns:
            What was found; it is a part of the state now.

        Raises:
            EngineError: The state cannot be written, or a plugin died.
        """
        found: list[State] = []
        for entry in self._journal.interrupted():
            replaces = entry.state.urn in known
            if replaces and not deleting:
                continue
            try:
                made = await self._made(entry)
            except ProviderFailure as failure:
                self.unsure = True
                self._say_unsure(entry, str(failure), "error" if deleting else "warning")
                continue
            if made is not None:
                made.delete = replaces
                found.append(made)
            await self._journal.found(entry, made)
        return found

    async def forget(self) -> None:
        """Take it from the user that nothing is left of them.

        Raises:
            EngineError: The state cannot be written.
        """
        for entry in self._journal.interrupted():
            await self._journal.found(entry, None)

    async def _made(self, entry: Pending) -> State | None:
        state = entry.state.copy()
        if not isinstance(state.inputs.get(ORIGIN_KEY), str):
            raise ProviderFailure("its provider cannot look for it without an id")
        instance = await self._providers.ensure(state.provider)
        live = await instance.client.read(subject_of(state), "", state.inputs, {})
        if not live.id:
            return None
        state.id = live.id
        state.inputs = state.inputs if live.inputs is None else live.inputs
        state.outputs = values.with_secret_keys(live.outputs, state.additional_secret_outputs)
        return state

    def _say_unsure(self, entry: Pending, why: str, severity: Literal["warning", "error"]) -> None:
        message = (
            f"an earlier run was interrupted while creating it, and whether it exists is not known: {why}. "
            "Look for it. If it is there, take it into the stack with `pavedroad import`, or delete it by "
            f"hand; then forget this with `pavedroad refresh {CLEAR_OPTION}`"
        )
        self._emit(DiagnosticEvent(severity=severity, message=message, urn=entry.state.urn))
