"""Runs an operation from beginning to end: processes up, program through, everything down again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final, cast

from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from pavedroad.engine import values
from pavedroad.engine.deployment import Deployment
from pavedroad.engine.events import CancelEvent, DiagnosticEvent, PreludeEvent, SummaryEvent
from pavedroad.engine.monitor import EngineService, Monitor
from pavedroad.engine.planner import Planner
from pavedroad.engine.plugins import REPORTED_EXIT, Plugins
from pavedroad.engine.policies import Policies
from pavedroad.engine.processes import Children
from pavedroad.engine.project import PLACEHOLDER, load_config, load_project
from pavedroad.engine.providers import Providers
from pavedroad.engine.request import Outcome, RunResult
from pavedroad.engine.rpc import new_server
from pavedroad.engine.steps import NoJournal, StepRunner

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.processes import Child
    from pavedroad.engine.project import Project, StackConfig
    from pavedroad.engine.request import RunRequest

DEFAULT_PARALLEL: Final = 16
EXIT_GRACE_SECONDS: Final = 2.0


def preview(request: RunRequest, on_event: Callable[[EngineEvent], None]) -> RunResult:
    """Plan a stack: what an update would do, and what the policy packs say to it.

    Args:
        request: What to plan.
        on_event: Called with each event, in order, from one thread.

    Raises:
        EngineError: The run cannot start or go on: a file is missing, a plugin died.
        KeyboardInterrupt: It was interrupted; every process is gone.
    """
    return asyncio.run(_Run(request, on_event).preview())


class _Run:
    """All parts of one run, wired together."""

    def __init__(self, request: RunRequest, on_event: Callable[[EngineEvent], None]) -> None:
        self._request = request
        self._emit = on_event
        self._started = time.monotonic()
        self._parallel = request.parallel or DEFAULT_PARALLEL

    async def preview(self) -> RunResult:
        project = load_project(self._request.project_dir)
        config = load_config(project, self._request.stack)
        self._announce(config)
        children = Children()
        try:
            return await self._with_plugins(project, config, children)
        except asyncio.CancelledError:
            self._emit(CancelEvent())
            raise
        finally:
            # A second Ctrl-C may cut the orderly end short; this one cannot be.
            children.close()

    def _announce(self, config: StackConfig) -> None:
        shown = {
            key: values.SECRET_MASK if value.secret else value.text for key, value in config.values.items()
        }
        self._emit(PreludeEvent(config=shown))
        if config.placeholders:
            self._emit(
                DiagnosticEvent(
                    severity="warning",
                    message=f"{', '.join(config.placeholders)}: {PLACEHOLDER} stands for the encrypted "
                    "values. Set PULUMI_CONFIG_PASSPHRASE to use the real ones.",
                )
            )

    async def _with_plugins(self, project: Project, config: StackConfig, children: Children) -> RunResult:
        plugins = Plugins(self._request, project, config, children, self._emit)
        providers = Providers(plugins, config, dry_run=True)
        policies = Policies(plugins, self._emit, dry_run=True)
        runner = StepRunner(providers, NoJournal(), self._emit, dry_run=True, parallel=self._parallel)
        planner = Planner(
            project=project.name,
            stack=self._request.stack,
            olds=[],
            providers=providers,
            policies=policies,
            emit=self._emit,
            dry_run=True,
        )
        deployment = Deployment(planner, runner, providers, self._emit)
        signalled = asyncio.Event()
        monitor = Monitor(deployment, plugins, signalled.set, dry_run=True, parallel=self._parallel)
        server = new_server()
        # The generated bases describe blocking methods; these are the same ones, to be awaited.
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(
            cast("resource_pb2_grpc.ResourceMonitorServicer", monitor), server
        )
        engine_pb2_grpc.add_EngineServicer_to_server(
            cast("engine_pb2_grpc.EngineServicer", EngineService(deployment, self._emit)), server
        )
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        cancelled, program = False, None
        try:
            plugins.engine_address = address
            program = await plugins.program(address, dry_run=True, parallel=self._parallel)
            for package in {**self._request.provider_dirs, **project.plugin_dirs}:
                providers.start_early(package)
            policies.start(self._request.policy_packs)
            await self._through(program, deployment, policies, signalled)
            if deployment.stopping.is_set():
                await children.stop(program)
            if deployment.fatal is not None:
                raise deployment.fatal
            if not deployment.failed:
                await policies.analyze_stack(planner.subjects(), deployment.root)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(program.exited(), EXIT_GRACE_SECONDS)
        except asyncio.CancelledError:
            cancelled = True
            raise
        finally:
            # First whoever calls us, last what we call: nobody sees a connection break.
            if program is not None:
                await children.stop(program)
            await server.stop(None)
            await monitor.transforms.close()
            await providers.close(cancelled=cancelled)
            await policies.close()
            await children.stop_all()
        return self._ended(planner, runner, deployment, policies)

    async def _through(
        self, program: Child, deployment: Deployment, policies: Policies, signalled: asyncio.Event
    ) -> None:
        """Wait until the program has registered everything, or the run ends early."""
        exited = asyncio.create_task(program.exited())
        loaded = asyncio.create_task(policies.ready())
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

    def _ended(
        self, planner: Planner, runner: StepRunner, deployment: Deployment, policies: Policies
    ) -> RunResult:
        if deployment.failed:
            outcome = Outcome.POLICY_VIOLATION if policies.violated else Outcome.FAILED
        else:
            outcome = Outcome.POLICY_VIOLATION if policies.violated else Outcome.SUCCEEDED
        if policies.violated and not deployment.failed:
            self._emit(DiagnosticEvent(severity="error", message="preview failed"))
        spent = time.monotonic() - self._started
        self._emit(
            SummaryEvent(
                duration_seconds=spent,
                resource_changes=runner.changes,
                policy_packs=policies.versions,
                result="succeeded" if outcome is Outcome.SUCCEEDED else "failed",
                is_preview=True,
            )
        )
        stack = planner.news.get(deployment.root)
        return RunResult(
            outcome=outcome,
            resource_changes=runner.changes,
            outputs={} if stack is None else values.mask_props(stack.outputs),
            duration_seconds=spent,
        )
