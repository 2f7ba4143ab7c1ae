"""Runs an operation from beginning to end: processes up, program through, everything down again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from pavedroad.engine import values
from pavedroad.engine.deployment import Deployment, Stopped
from pavedroad.engine.events import CancelEvent, DiagnosticEvent, Op, PreludeEvent, SummaryEvent
from pavedroad.engine.importing import Importer
from pavedroad.engine.interrupted import Lookout
from pavedroad.engine.journal import FileJournal, read_by
from pavedroad.engine.locking import StackLock
from pavedroad.engine.monitor import EngineService, Monitor
from pavedroad.engine.planner import Planner
from pavedroad.engine.plugins import REPORTED_EXIT, Plugins
from pavedroad.engine.policies import Policies
from pavedroad.engine.processes import Children
from pavedroad.engine.project import PLACEHOLDER, load_config, load_project
from pavedroad.engine.protocol import engine_pb2_grpc, resource_pb2_grpc
from pavedroad.engine.providers import Providers
from pavedroad.engine.request import Outcome, RunResult
from pavedroad.engine.rpc import Server, new_server
from pavedroad.engine.state import STACK_TYPE
from pavedroad.engine.statefile import StateFile
from pavedroad.engine.steps import NoJournal, Step, StepRunner
from pavedroad.engine.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.importing import Import
    from pavedroad.engine.processes import Child
    from pavedroad.engine.project import Project, StackConfig
    from pavedroad.engine.request import RunRequest
    from pavedroad.engine.state import State
    from pavedroad.engine.statefile import Loaded

DEFAULT_PARALLEL: Final = 16
EXIT_GRACE_SECONDS: Final = 2.0
_AGAIN: Final = {
    "creating": "An update makes it again, under the same name; all else looks for it.",
    "importing": "Nothing of it was changed.",
    "reading": "Nothing of it was changed.",
}
"""What becomes of an operation that was begun and not ended; all others are looked into at once."""
_STATE_FOLDER: Final = ".pavedroad/state"


def state_file(request: RunRequest, project: Project) -> StateFile:
    """The state file of a request."""
    path = request.state_file or project.root / _STATE_FOLDER / f"{request.stack}.json"
    return StateFile(path.absolute(), project=project.name, stack=request.stack)


@dataclass(kw_only=True)
class _Parts:
    """What one run is made of."""

    plugins: Plugins
    providers: Providers
    policies: Policies
    planner: Planner
    journal: FileJournal | None
    runner: StepRunner
    deployment: Deployment
    signalled: asyncio.Event
    monitor: Monitor
    server: Server
    program: Child | None = None
    cancelled: bool = False


def _server(monitor: Monitor, service: EngineService) -> Server:
    server = new_server()
    # The generated bases describe blocking methods; these are the same ones, to be awaited.
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(
        cast("resource_pb2_grpc.ResourceMonitorServicer", monitor), server
    )
    engine_pb2_grpc.add_EngineServicer_to_server(cast("engine_pb2_grpc.EngineServicer", service), server)
    return server


class Run:
    """All parts of one run, wired together."""

    def __init__(
        self,
        request: RunRequest,
        on_event: Callable[[EngineEvent], None],
        operation: str,
        *,
        dry_run: bool = False,
        imports: Sequence[Import] = (),
    ) -> None:
        """Prepare; `operation` is update, refresh, destroy or import, and a dry run only plans it."""
        self._imports = imports
        self._dry_run = dry_run
        self._request = replace(request, dry_run=self._dry_run)
        self._operation = operation
        self._label = "preview" if dry_run else operation
        self._emit = on_event
        self._started = time.monotonic()
        self._parallel = request.parallel or DEFAULT_PARALLEL

    async def run(self) -> RunResult:
        """Do the operation.

        Raises:
            EngineError: It cannot start or go on.
        """
        project = load_project(self._request.project_dir)
        config = load_config(project, self._request.stack)
        file = state_file(self._request, project)
        if self._dry_run:
            return await self._guarded(project, config, file, file.load())
        held = self._request.lock
        lock = StackLock(file.path, self._request.stack) if held is None else held
        if held is None:
            lock.take(self._operation)
        try:
            if note := lock.note():
                self._warn(note)
            loaded = file.load()
            if not loaded.pending:
                file.back_up()
            return await self._guarded(project, config, file, loaded)
        finally:
            if held is None:
                lock.release()

    async def _guarded(
        self, project: Project, config: StackConfig, file: StateFile, loaded: Loaded
    ) -> RunResult:
        self._announce(config, loaded)
        children = Children()
        try:
            plugins = Plugins(self._request, project, config, children, self._emit)
            return await self._with_plugins(plugins, file, loaded)
        except asyncio.CancelledError:
            self._emit(CancelEvent())
            raise
        finally:
            # A second Ctrl-C may cut the orderly end short; this one cannot be.
            children.close()

    def _announce(self, config: StackConfig, loaded: Loaded) -> None:
        shown = {
            key: values.SECRET_MASK if value.secret else value.text for key, value in config.values.items()
        }
        self._emit(PreludeEvent(config=shown))
        if config.placeholders:
            self._warn(
                f"{', '.join(config.placeholders)}: {PLACEHOLDER} stands for the encrypted "
                "values. Set PULUMI_CONFIG_PASSPHRASE to use the real ones."
            )
        for pending in loaded.pending:
            again = _AGAIN.get(pending.type, "It is read anew before anything else is done.")
            self._warn(f"an earlier run was interrupted while {pending.type} it. {again}", pending.state.urn)

    def _warn(self, message: str, urn: str = "") -> None:
        self._emit(DiagnosticEvent(severity="warning", message=message, urn=urn))

    async def _with_plugins(self, plugins: Plugins, file: StateFile, loaded: Loaded) -> RunResult:
        parts = self._parts(plugins, file, loaded)
        plugins.engine_address = f"127.0.0.1:{parts.server.add_insecure_port('127.0.0.1:0')}"
        await parts.server.start()
        try:
            await self._work(parts, loaded)
        except Stopped:
            parts.planner.started.set()  # what waits for it is to learn that it is over
            await parts.deployment.idle()
        except asyncio.CancelledError:
            parts.cancelled = True
            raise
        finally:
            try:
                await self._shut_down(parts)
            finally:
                if parts.journal is not None:
                    parts.journal.close()
        if parts.deployment.fatal is not None:
            raise parts.deployment.fatal
        return self._ended(parts)

    def _parts(self, plugins: Plugins, file: StateFile, loaded: Loaded) -> _Parts:
        providers = Providers(plugins, plugins.config, dry_run=self._dry_run)
        policies = Policies(plugins, self._emit, dry_run=self._dry_run)
        targets = Targets(self._request.targets, self._request.excludes)
        planner = Planner(
            project=plugins.project.name,
            stack=self._request.stack,
            providers=providers,
            policies=policies,
            emit=self._emit,
            targets=targets,
            dry_run=self._dry_run,
        )
        journal = None if self._dry_run else FileJournal(file, list(loaded.resources))
        if journal is not None:
            journal.carry(loaded.pending)
        runner = StepRunner(
            providers,
            journal or NoJournal(),
            self._emit,
            operation=self._label,
            dry_run=self._dry_run,
            parallel=self._parallel,
        )
        deployment = Deployment(
            planner,
            runner,
            providers,
            self._emit,
            targets=targets,
            continue_on_error=self._request.continue_on_error,
        )
        signalled = asyncio.Event()
        monitor = Monitor(deployment, plugins, signalled.set, dry_run=self._dry_run, parallel=self._parallel)
        return _Parts(
            plugins=plugins,
            providers=providers,
            policies=policies,
            planner=planner,
            journal=journal,
            runner=runner,
            deployment=deployment,
            signalled=signalled,
            monitor=monitor,
            server=_server(monitor, EngineService(deployment, self._emit)),
        )

    async def _work(self, parts: _Parts, loaded: Loaded) -> None:
        """Everything between the first process and the last step.

        Raises:
            Stopped: The run ended early, and why was reported.
        """
        plugins, deployment = parts.plugins, parts.deployment
        if self._operation == "update":
            parts.program = await plugins.program(dry_run=self._dry_run, parallel=self._parallel)
            for package in {**self._request.provider_dirs, **plugins.project.plugin_dirs}:
                parts.providers.start_early(package)
            parts.policies.start(self._request.policy_packs)
        olds = await self._refreshed(parts, loaded)
        if self._operation in {"destroy", "refresh"}:
            known = {state.urn for state in olds}
            olds = [*olds, *await self._found(parts, known, deleting=self._operation == "destroy")]
        parts.planner.start_from(olds, loaded.pending)
        if parts.program is not None:
            await self._through(parts, parts.program)
            if not deployment.failed and not self._request.partial:
                parts.planner.resources += await self._found(parts, parts.planner.news, deleting=False)
        if self._operation == "import":
            project, stack = plugins.project.name, self._request.stack
            await Importer(project, stack, parts.planner, deployment, self._emit).run(self._imports)
        elif self._operation != "refresh" and not deployment.stopping.is_set():
            await deployment.delete_rest(after_program=parts.program is not None)
        if not deployment.failed:
            await parts.policies.analyze_stack(parts.planner.subjects(), deployment.root)

    async def _shut_down(self, parts: _Parts) -> None:
        """End everything: first whoever calls us, last what we call, so that nobody sees a broken line."""
        children, program = parts.plugins.children, parts.program
        if program is not None:
            if not (parts.deployment.stopping.is_set() or parts.cancelled):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(program.exited(), EXIT_GRACE_SECONDS)
            await children.stop(program)
        await parts.server.stop(None)
        await parts.monitor.under_way.cancel()
        await parts.monitor.transforms.close()
        await parts.providers.close(cancelled=parts.cancelled)
        await parts.policies.close()
        await children.stop_all()

    async def _refreshed(self, parts: _Parts, loaded: Loaded) -> list[State]:
        """The resources to plan from, read anew when that was asked for.

        What an earlier run did not see the end of is always read anew: it may be gone, or changed.
        """
        olds, journal = loaded.resources, parts.journal
        parts.providers.know(olds)
        everything = self._operation == "refresh" or self._request.refresh
        stale = [
            state for state in olds if everything or any(read_by(entry, state) for entry in loaded.pending)
        ]
        if not stale or (self._dry_run and not everything):
            return olds
        steps = [Step(op=Op.REFRESH, old=state) for state in stale]
        await parts.deployment.at_once(steps)
        if journal is None:
            return [step.new for step in steps if step.new is not None]
        return await journal.settle_refresh()

    async def _found(self, parts: _Parts, known: Container[str], *, deleting: bool) -> list[State]:
        """What interrupted creates have made that nothing makes again; a preview does not look."""
        if parts.journal is None or not parts.journal.interrupted():
            return []
        lookout = Lookout(parts.journal, parts.providers, self._emit)
        if self._request.clear_pending_creates:
            await lookout.forget()
        found = await lookout.look(known=known, deleting=deleting)
        # What a destroy may have left behind must not pass for deleted.
        parts.deployment.failed = parts.deployment.failed or (deleting and lookout.unsure)
        return found

    async def _through(self, parts: _Parts, program: Child) -> None:
        """Wait until the program has registered everything, or the run ends early."""
        deployment, signalled = parts.deployment, parts.signalled
        exited = asyncio.create_task(program.exited())
        loaded = asyncio.create_task(parts.policies.ready())
        ends = {
            exited,
            asyncio.create_task(signalled.wait()),
            asyncio.create_task(deployment.stopping.wait()),
        }
        try:
            await asyncio.wait({*ends, loaded}, return_when=asyncio.FIRST_COMPLETED)
            # A pack that cannot be loaded ends the run at once; a loaded one lets it go on.
            await loaded
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in {*ends, loaded}:
                task.cancel()
        await deployment.idle()
        if deployment.stopping.is_set() or signalled.is_set():
            return
        code = exited.result()
        if code:
            deployment.stop()
        if code not in {0, REPORTED_EXIT}:
            self._emit(
                DiagnosticEvent(severity="error", message=f"the program {await program.ended_early()}")
            )

    def _ended(self, parts: _Parts) -> RunResult:
        deployment, policies, runner = parts.deployment, parts.policies, parts.runner
        left = list(parts.planner.news.values()) if parts.journal is None else parts.journal.resources()
        outcome = Outcome.SUCCEEDED
        if deployment.failed or parts.planner.saw_error:
            outcome = Outcome.FAILED
        if policies.violated:
            outcome = Outcome.POLICY_VIOLATION
        if outcome is not Outcome.SUCCEEDED and not deployment.failed:
            self._emit(DiagnosticEvent(severity="error", message=f"{self._label} failed"))
        spent = time.monotonic() - self._started
        self._emit(
            SummaryEvent(
                duration_seconds=spent,
                resource_changes=runner.changes,
                policy_packs=policies.versions,
                result="succeeded" if outcome is Outcome.SUCCEEDED else "failed",
                is_preview=self._dry_run,
            )
        )
        stack = next((state for state in left if state.type == STACK_TYPE and not state.delete), None)
        return RunResult(
            outcome=outcome,
            resource_changes=runner.changes,
            outputs={} if stack is None else values.mask_props(stack.outputs),
            duration_seconds=spent,
        )
