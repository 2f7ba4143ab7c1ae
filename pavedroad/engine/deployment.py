"""One operation on one stack: takes registrations, has them planned and done, and ends in order.

After a failure nothing new is begun, what runs is let finish.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pavedroad.engine import graph
from pavedroad.engine.events import DiagnosticEvent
from pavedroad.engine.planner import Refused, Skipped
from pavedroad.engine.provider_client import ProviderFailure
from pavedroad.engine.providers import default_name
from pavedroad.engine.request import EngineError
from pavedroad.engine.state import PROVIDER_PREFIX, STACK_TYPE, Goal, State
from pavedroad.engine.steps import StepFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from typing import TypeVar

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.planner import Planner
    from pavedroad.engine.providers import Instance, Providers
    from pavedroad.engine.steps import Step, StepRunner
    from pavedroad.engine.targets import Targets
    from pavedroad.engine.values import Props

    _T = TypeVar("_T")


class Stopped(Exception):  # noqa: N818 - the run is over; whoever waits for it is told so
    """The run ends early; nothing new is begun."""


class Lost(Exception):  # noqa: N818 - the run goes on without this resource
    """A resource failed, or needs one that did, in a run that goes on after errors; the text is its URN."""


class Deployment:
    """The state of one operation while it runs.

    Attributes:
        root: URN of the stack resource, once it is registered.
        stopping: Set when the run ends early.
        fatal: The error that ends the run, when a plugin died.
        failed: Whether anything failed.
    """

    def __init__(
        self,
        planner: Planner,
        runner: StepRunner,
        providers: Providers,
        emit: Callable[[EngineEvent], None],
        *,
        targets: Targets,
        continue_on_error: bool,
    ) -> None:
        """Prepare an operation."""
        self._targets = targets
        self._continues = continue_on_error
        self._lost: set[str] = set()
        self._planner = planner
        self._runner = runner
        self._providers = providers
        self._emit = emit
        self._defaults: dict[tuple[str, str], asyncio.Task[str]] = {}
        self._component_providers: dict[str, dict[str, str]] = {}
        self.root = ""
        self.stopping = asyncio.Event()
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.fatal: EngineError | None = None
        self.failed = False

    async def register(self, goal: Goal) -> State:
        """Plan and do one resource; its new state.

        Raises:
            Stopped: The run ends early, by this resource or by another.
            Lost: It failed, and the run goes on.
        """
        return await self._guarded(self._register(goal), self._planner.urn(goal))

    async def _register(self, goal: Goal) -> State:
        await self._may_plan()
        if self._lost & {self._planner.urn(goal), *goal.needs()}:
            self._planner.skip(goal)
            raise Refused(goal.name)
        steps = await self._planner.plan(goal)
        await self._do(steps)
        new = steps[-1].new
        if new is None:
            raise AssertionError("a registration ends in a new state")
        if goal.type == STACK_TYPE:
            self.root = new.urn
        return new

    async def read(self, goal: Goal, id_: str) -> State:
        """Plan and do the read of a resource that lives outside the stack.

        Raises:
            Stopped: The run ends early.
            Lost: It failed, and the run goes on.
        """
        return await self._guarded(self._read(goal, id_), self._planner.urn(goal))

    async def _read(self, goal: Goal, id_: str) -> State:
        await self._may_plan()
        steps = await self._planner.plan_read(goal, id_)
        await self._do(steps)
        return steps[0].state

    async def _do(self, steps: list[Step]) -> None:
        for step in steps:
            self._go_on()
            await self._runner.run(step)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        await self._idle.wait()

    async def _guarded(self, work: Coroutine[None, None, _T], urn: str) -> _T:
        """Turn whatever goes wrong into the end of the run or the loss of a resource, once it is reported."""
        self._running += 1
        self._idle.clear()
        try:
            return await work
        except EngineError as error:
            self.fatal = self.fatal or error
            self.stop()
            raise Stopped from error
        except Skipped as skipped:
            raise Lost(urn) from skipped
        except StepFailed:
            self._say_failed()
        except Refused:
            pass
        except ProviderFailure as failure:
            self._emit(DiagnosticEvent(severity="error", message=str(failure), urn=urn))
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()
        if not self._continues:
            self.stop()
            raise Stopped
        self.failed = True
        self._lost.add(urn)
        self._planner.keep(urn)
        raise Lost(urn)

    def _say_failed(self) -> None:
        if not self.failed:
            self._emit(DiagnosticEvent(severity="error", message=f"{self._runner.operation} failed"))

    def stop(self) -> None:
        """End the run early: nothing new is begun."""
        self.failed = True
        self.stopping.set()

    async def _may_plan(self) -> None:
        """Wait until it is known what the stack holds; the run may have ended over that."""
        await self._planner.started.wait()
        self._go_on()

    def _go_on(self) -> None:
        if self.stopping.is_set():
            raise Stopped

    async def delete_rest(self, *, after_program: bool) -> None:
        """Delete what the program did not register, and what was replaced.

        Args:
            after_program: A program said what shall be. One that lost a resource has not said all: what it
                makes of that resource's outputs is missing, and must not be taken for removed.

        Raises:
            Stopped: A deletion failed or may not be.
        """
        try:
            steps = self._planner.plan_deletes()
        except Refused as refused:
            self.stop()
            raise Stopped from refused
        if not self._lost:
            self._demand_targets()
        elif after_program:
            steps = [step for step in steps if not step.logical]
        await self._delete(steps)

    def _demand_targets(self) -> None:
        """Say which targets are none; nothing is deleted when one was surely meant to be."""
        unmet = self._targets.unmet()
        for severity, message in unmet:
            self._emit(DiagnosticEvent(severity=severity, message=message))
        if any(severity == "error" for severity, _ in unmet):
            self.stop()
            raise Stopped

    async def _delete(self, steps: list[Step]) -> None:
        """Delete resources, each after everything that depends on it; independent ones at once.

        Raises:
            Stopped: A deletion failed.
        """
        waits = graph.blockers([step.state for step in steps])
        over = {id(step.state): asyncio.Event() for step in steps}
        failed: set[int] = set()
        self._runner.gone |= {step.state.urn for step in steps}

        async def one(step: Step) -> None:
            blockers = waits[id(step.state)]
            for state in blockers:
                await over[id(state)].wait()
            try:
                if any(id(state) in failed for state in blockers):
                    failed.add(id(step.state))
                else:
                    await self._do([step])
            except BaseException:
                failed.add(id(step.state))
                raise
            finally:
                over[id(step.state)].set()

        await self._all((step.state.urn, one(step)) for step in steps)

    async def at_once(self, steps: Iterable[Step]) -> None:
        """Do steps that do not wait for each other.

        Raises:
            Stopped: One failed.
        """
        await self._all((step.state.urn, self._do([step])) for step in steps)

    async def _all(self, works: Iterable[tuple[str, Coroutine[None, None, None]]]) -> None:
        """Do all of it, each for a resource; what runs is let finish even when a part fails."""
        results = await asyncio.gather(
            *(self._guarded(work, urn) for urn, work in works), return_exceptions=True
        )
        for result in results:
            # What was lost is reported already, and the run goes on without it.
            if isinstance(result, BaseException) and not isinstance(result, Lost):
                raise result

    def set_outputs(self, urn: str, outputs: Props) -> None:
        """Take note of the outputs that a component registered.

        Raises:
            KeyError: No such resource was registered.
        """
        state = self._planner.news[urn]
        state.outputs = outputs
        self._runner.register_outputs(state)

    def remember_providers(self, urn: str, parent: str, providers: dict[str, str]) -> None:
        """Keep the providers of a component: its children inherit them."""
        self._component_providers[urn] = {**self._component_providers.get(parent, {}), **providers}

    async def provider_for(self, package: str, version: str, given: str, parent: str) -> str:
        """The provider reference for a resource: its own, its parents', or the package's default.

        Raises:
            Stopped: The default provider could not be made.
        """
        inherited = given or self._component_providers.get(parent, {}).get(package, "")
        if inherited:
            return inherited
        key = (package, version)
        if key not in self._defaults:
            goal = Goal(
                type=f"{PROVIDER_PREFIX}{package}",
                name=default_name(version),
                custom=True,
                inputs=self._providers.default_inputs(package, version),
            )
            self._defaults[key] = asyncio.create_task(self._default(goal))
        return await asyncio.shield(self._defaults[key])

    async def _default(self, goal: Goal) -> str:
        return (await self.register(goal)).reference

    def instance(self, reference: str) -> Instance | None:
        """The plugin behind a provider reference."""
        return self._providers.get(reference)
