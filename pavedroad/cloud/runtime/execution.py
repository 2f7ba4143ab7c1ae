"""An execution environment: started at its first invocation, kept warm, replaced when it has ended.

What it answers is what AWS answers: the errors of the runtime by their names, a timeout, an exit. An
exception of the handler leaves it warm; an initialisation that fails, an exit and a timeout end it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

from pavedroad.cloud.runtime import environment, platform_log, worker
from pavedroad.cloud.runtime.archives import ArchiveError
from pavedroad.cloud.runtime.process import WRAPPER, EnvironmentProcess, ExitedError, LogEvent, TimedOutError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping

    from pavedroad.cloud.runtime.settings import FunctionSettings

INIT_SECONDS: Final = 10.0
"""What an initialisation may take; after it Lambda begins again within the function's own timeout."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One invocation.

    Attributes:
        request_id: Equal for all attempts of an asynchronous invocation.
        arn: As invoked, with the alias or version.
        event: The payload.
        trace: The trace header, for `_X_AMZN_TRACE_ID`.
        client_context: As the caller sent it, base64 of JSON.
        tenant_id: Of a tenant-isolated function.
        trace_id: Of the trace when it is sampled, else empty.
        segment_id: Of this invocation's segment.
        parent_id: Of the caller's segment.
    """

    request_id: str
    arn: str
    event: object
    trace: str = ""
    client_context: str = ""
    tenant_id: str | None = None
    trace_id: str = ""
    segment_id: str = ""
    parent_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it.

    Attributes:
        result: The handler's result.
        failure: The error as AWS reports it, else None.
        events: The log, with the platform's lines.
        stream: The log stream that they belong to.
        started: When the handler began, in seconds since 1970.
        duration_seconds: Of the handler.
    """

    result: object
    failure: worker.Failure | None
    events: list[LogEvent]
    stream: str
    started: float
    duration_seconds: float


@dataclass
class _Run:
    """What is known of the invocation at hand."""

    request: Request
    before: list[LogEvent] = field(default_factory=list[LogEvent])
    init_ms: float | None = None
    ended: bool = False


class _InitError(Exception):
    def __init__(self, failure: worker.Failure) -> None:
        super().__init__(failure["errorMessage"])
        self.failure = failure


class ExecutionEnvironment:
    """One environment of one version of a function.

    The emulator's pool keeps it and reads the attributes that it names itself: `in_use`, `last_used`,
    `config`, `_lock`, `_proc`, `_cold`.
    """

    def __init__(
        self,
        settings: FunctionSettings,
        config: Mapping[str, object],
        *,
        folders: Callable[[], environment.Folders],
        credentials: Callable[[], Mapping[str, str]],
        endpoint: str,
    ) -> None:
        self.settings = settings
        self.config = config
        self.in_use = False
        self.last_used = time.time()
        self.stream = ""
        self._lock = threading.Lock()
        self._cold = True
        self._proc: subprocess.Popen[bytes] | None = None
        self._process: EnvironmentProcess | None = None
        self._folders = folders
        self._credentials = credentials
        self._endpoint = endpoint

    @property
    def warm(self) -> bool:
        """It runs and can take an invocation."""
        return self._process is not None and self._proc is not None and self._process.alive

    def run(self, request: Request, ready: Callable[[], None] = lambda: None) -> Outcome:
        """Answer one invocation, starting the environment when it is cold.

        Args:
            request: The invocation.
            ready: Called once the environment has started, or failed to.
        """
        with self._lock:
            run = _Run(request)
            started = time.time()
            result: object = None
            failure: worker.Failure | None = None
            left = self.settings.timeout_seconds
            begun = time.monotonic()
            try:
                try:
                    process, spent = self._ready(run)
                finally:
                    ready()
                begun, started = time.monotonic(), time.time()
                left -= spent
                answer = process.ask(self._message(request, started + left), left)
                failure = cast("worker.Failure | None", answer.get("failed"))
                result = answer.get("result")
            except _InitError as error:
                failure = error.failure
                run.ended = True
            except (TimedOutError, ExitedError, ArchiveError, OSError) as error:
                failure = self._ending(error, request)
                run.ended = True
            duration = time.monotonic() - begun
            return self._outcome(run, result, failure, started, duration)

    def _ready(self, run: _Run) -> tuple[EnvironmentProcess, float]:
        """The process, started when it is not; and what of the function's timeout that took."""
        if self.warm and self._process is not None:
            return self._process, 0.0
        self._end()
        began = time.monotonic()
        try:
            process = self._start(INIT_SECONDS)
            spent = 0.0
        except TimedOutError:
            again = time.monotonic()
            process = self._start(self.settings.timeout_seconds)
            spent = time.monotonic() - again
        finally:
            run.init_ms = (time.monotonic() - began) * 1000
            run.before = self._process.take_events() if self._process else []
        return process, spent

    def _start(self, seconds: float) -> EnvironmentProcess:
        self._end()
        folders = self._folders()
        now = time.strftime("%Y/%m/%d", time.gmtime())
        self.stream = f"{now}/[{self.settings.version}]{uuid4().hex}"
        variables = environment.variables(
            self.settings,
            folders,
            credentials=self._credentials(),
            endpoint=self._endpoint,
            stream=self.stream,
        )
        wrapper = folders.local(variables[WRAPPER]) if WRAPPER in variables else ""
        process = EnvironmentProcess(variables, folders.task, wrapper)
        self._process, self._proc = process, process.process
        start = {
            "path": environment.import_path(self.settings, folders),
            "folders": folders.shown(),
            "handler": self.settings.handler,
        }
        answer = process.ask(start, seconds)
        self._cold = False
        if "failed" in answer:
            raise _InitError(cast("worker.Failure", answer["failed"]))
        return process

    def _message(self, request: Request, deadline: float) -> worker.Invocation:
        return worker.Invocation(
            request_id=request.request_id,
            arn=request.arn,
            deadline_ms=int(deadline * 1000),
            client_context=request.client_context,
            tenant_id=request.tenant_id,
            environment={"_X_AMZN_TRACE_ID": request.trace or None},
            event=request.event,
        )

    def _ending(self, error: Exception, request: Request) -> worker.Failure:
        """What AWS says of an environment that ended before it answered."""
        kind, text = "Runtime.InvalidEntrypoint", str(error)
        if isinstance(error, TimedOutError):
            when, limit = platform_log.iso(time.time()), self.settings.timeout_seconds
            kind, text = (
                "Sandbox.Timedout",
                f"{when} {request.request_id} Task timed out after {limit:.2f} seconds",
            )
        elif isinstance(error, ExitedError):
            kind, text = "Runtime.ExitError", f"RequestId: {request.request_id} Error: {error.reason}"
        return worker.Failure(errorMessage=text, errorType=kind, requestId=request.request_id, stackTrace=[])

    def _outcome(
        self, run: _Run, result: object, failure: worker.Failure | None, started: float, duration: float
    ) -> Outcome:
        peak = self._process.peak_memory_mb() if self._process else 0
        own = self._process.take_events() if self._process else []
        kind = failure["errorType"] if failure else ""
        ended = time.time()
        if failure:
            failure["requestId"] = run.request.request_id
            if kind in {"Sandbox.Timedout", "Runtime.ExitError"}:
                own.append(LogEvent(int(ended * 1000), failure["errorMessage"]))
            if run.ended:
                self._end()
        report = platform_log.Report(
            request_id=run.request.request_id,
            duration_ms=duration * 1000,
            init_ms=run.init_ms,
            peak_memory_mb=peak,
            status="timeout" if kind == "Sandbox.Timedout" else "error" if failure else "success",
            error_type=kind,
            trace_id=run.request.trace_id,
            segment_id=run.request.segment_id,
        )
        events = [
            *run.before,
            *platform_log.opening(self.settings, run.request.request_id, started),
            *own,
            *platform_log.closing(self.settings, report, ended),
        ]
        return Outcome(
            result=result,
            failure=failure,
            events=events,
            stream=self.stream,
            started=started,
            duration_seconds=duration,
        )

    def _spawn(self) -> None:
        """Start it before its first invocation; the emulator does that for SnapStart."""
        self._start(INIT_SECONDS)

    def _end(self) -> None:
        process, self._process, self._proc = self._process, None, None
        if process is not None:
            process.close()

    def _discard_tmpdir(self) -> None:
        """The emulator has ended the process and wants what belongs to it to go."""
        self._end()

    def kill(self) -> None:
        """End it."""
        self._end()
