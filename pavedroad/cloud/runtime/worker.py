"""Runs inside an execution environment: imports the handler once, then answers invocations one by one.

Started as `python -I -S worker.py <requests> <answers>`: it sees the standard library and nothing else
until the first request names the import path. It uses the standard library only. Requests and answers are
JSON lines on the two descriptors, so that the function owns its standard output and error: both are its log.
A line that begins with `END_OF_LOG` says that what an invocation printed is complete.
"""

from __future__ import annotations

import base64
import decimal
import importlib
import json
import logging
import os
import sys
import time
import traceback
from typing import TYPE_CHECKING, Final, Protocol, TypedDict, cast

if TYPE_CHECKING:
    import io
    from collections.abc import Mapping, Sequence

END_OF_LOG: Final = "\x00pavedroad-end"
LINE_BREAK: Final = "\x1e"  # inside one event of the log; a bare line feed ends the event
_RECORD_FIELDS: Final = {*logging.LogRecord("", 0, "", 0, None, None, None).__dict__, "message", "asctime"}


class Start(TypedDict):
    """The first request."""

    path: list[str]
    folders: dict[str, str]
    handler: str


class Invocation(TypedDict):
    """Each further request; an environment value of None removes the variable."""

    request_id: str
    arn: str
    deadline_ms: int
    client_context: str
    tenant_id: str | None
    environment: dict[str, str | None]
    event: object


class Failure(TypedDict):
    """An error as AWS reports it."""

    errorMessage: str
    errorType: str
    requestId: str
    stackTrace: list[str]


class Handler(Protocol):
    """The function that was deployed."""

    def __call__(self, event: object, context: LambdaContext, /) -> object:
        """Answer one event."""
        ...


class CognitoIdentity:
    """Who called through Cognito: nobody here."""

    cognito_identity_id: str | None = None
    cognito_identity_pool_id: str | None = None


class ClientContext:
    """What a mobile SDK says about its caller."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.custom = document.get("custom")
        self.env = document.get("env")
        self.client = document.get("client")


class LambdaContext:
    """What AWS hands to a handler beside the event; memory is text there too."""

    def __init__(self, request: Invocation) -> None:
        self.aws_request_id = request["request_id"]
        self.invoked_function_arn = request["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = CognitoIdentity()
        client = request["client_context"]
        self.client_context = ClientContext(json.loads(base64.b64decode(client))) if client else None
        self.tenant_id = request["tenant_id"]
        self._deadline_ms = request["deadline_ms"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        """Write to the log."""
        sys.stdout.write(str(message))


class ResultEncoder(json.JSONEncoder):
    """As AWS encodes a result: decimals are numbers."""

    def default(self, o: object) -> object:
        """A decimal as a number; anything else is refused."""
        return float(o) if isinstance(o, decimal.Decimal) else super().default(o)


def moment(seconds: float) -> str:
    """A time as text, without its fraction and zone."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def write_event(text: str) -> None:
    """Write one event of the log, whatever number of lines it has."""
    sys.stdout.write(text.replace("\n", LINE_BREAK) + "\n")


class LogHandler(logging.Handler):
    """The root logger's handler: one event a record, in the function's log format."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self.runtime = runtime
        self.in_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record."""
        write_event(self.as_json(record) if self.in_json else self.as_text(record))

    def as_text(self, record: logging.LogRecord) -> str:
        """Level, time, request and message, tab separated."""
        stamp = f"{moment(record.created)}.{int(record.msecs):03d}Z"
        text = logging.Formatter().format(record)
        return f"[{record.levelname}]\t{stamp}\t{self.runtime.request_id}\t{text}"

    def as_json(self, record: logging.LogRecord) -> str:
        """The fields that AWS writes, and what `extra` added."""
        body: dict[str, object] = {
            "timestamp": f"{moment(record.created)}Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": self.runtime.request_id,
        }
        body |= {key: value for key, value in record.__dict__.items() if key not in _RECORD_FIELDS}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            body |= {"errorType": type(error).__name__, "errorMessage": str(error)}
            body["stackTrace"] = traceback.format_tb(error.__traceback__)
        return json.dumps(body, default=str)


class RuntimeFaultError(Exception):
    """An error that the runtime itself names."""

    def __init__(self, kind: str, message: str, trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = list(trace)


def import_handler(handler: str) -> Handler:
    """The callable that `module.function` names; slashes in the module stand for dots.

    Raises:
        RuntimeFaultError: The name has no dot, the module or the function is missing or is no Python.
    """
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        text = f"Bad handler '{handler}': not enough values to unpack (expected 2, got 1)"
        raise RuntimeFaultError("Runtime.MalformedHandlerName", text)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        text = f"Unable to import module '{module_name}': {error}"
        raise RuntimeFaultError("Runtime.ImportModuleError", text) from error
    except SyntaxError as error:
        place = [f'  File "{error.filename}", line {error.lineno}\n    {(error.text or "").strip()}\n']
        text = f"Syntax error in module '{module_name}': {error}"
        raise RuntimeFaultError("Runtime.UserCodeSyntaxError", text, place) from error
    if not hasattr(module, name):
        text = f"Handler '{name}' missing on module '{module_name}'"
        raise RuntimeFaultError("Runtime.HandlerNotFound", text)
    return cast("Handler", getattr(module, name))


def encode(result: object) -> str:
    """A result as JSON.

    Raises:
        RuntimeFaultError: It cannot be written as JSON.
    """
    try:
        return json.dumps(result, cls=ResultEncoder)
    except (TypeError, ValueError) as error:
        raise RuntimeFaultError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _not_initialised(_event: object, _context: LambdaContext, /) -> object:
    raise RuntimeFaultError("Runtime.HandlerNotFound", "the environment was not initialised")


class Runtime:
    """One environment's life: initialise, then answer until the requests end."""

    def __init__(self, requests: io.TextIOBase, answers: io.TextIOBase) -> None:
        self.requests = requests
        self.answers = answers
        self.request_id = ""
        self.folders: dict[str, str] = {}
        self.handler: Handler = _not_initialised

    def answer(self, body: str) -> None:
        """Send one answer, after the log of this invocation is written out."""
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(1, f"{END_OF_LOG}\n".encode())
        self.answers.write(body + "\n")
        self.answers.flush()

    def failure(self, error: Exception) -> Failure:
        """What AWS reports for an error; also written to the log."""
        if isinstance(error, RuntimeFaultError):
            kind, trace = error.kind, error.trace
        else:
            own = {__file__, importlib.__file__}
            frames = traceback.extract_tb(error.__traceback__)
            frames = [
                frame
                for frame in frames
                if frame.filename not in own and "<frozen importlib" not in frame.filename
            ]
            kind, trace = type(error).__name__, traceback.format_list(frames)
        body = Failure(
            errorMessage=str(error),
            errorType=kind,
            requestId=self.request_id,
            stackTrace=[self.shown(line) for line in trace],
        )
        self.report(body)
        return body

    def shown(self, text: str) -> str:
        """Text with the folders named as on AWS."""
        for folder, name in self.folders.items():
            text = text.replace(folder, name)
        return text

    def report(self, body: Failure) -> None:
        """Write the error to the log."""
        if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
            write_event(json.dumps({"timestamp": f"{moment(time.time())}Z", "log_level": "ERROR", **body}))
            return
        lines = [f"[ERROR] {body['errorType']}: {body['errorMessage']}"]
        if body["stackTrace"]:
            lines += [
                "Traceback (most recent call last):",
                *(line.rstrip("\n") for line in body["stackTrace"]),
            ]
        write_event("\n".join(lines))

    def start(self, request: Start) -> bool:
        """Set the import path and import the handler; true when it is there."""
        sys.path[:0] = request["path"]
        self.folders = request["folders"]
        cast("io.TextIOWrapper", sys.stdout).reconfigure(line_buffering=True)
        root = logging.getLogger()
        root.addHandler(LogHandler(self))
        level = os.environ.get("AWS_LAMBDA_LOG_LEVEL")
        if level:
            root.setLevel({"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level, level))
        try:
            self.handler = import_handler(request["handler"])
        except Exception as error:  # noqa: BLE001 - whatever the module raised is the answer
            self.answer(json.dumps({"failed": self.failure(error)}))
            return False
        self.answer(json.dumps({"ready": True}))
        return True

    def invoke(self, request: Invocation) -> None:
        """Answer one invocation; an exception leaves the environment as it is."""
        self.request_id = request["request_id"]
        for name, value in request["environment"].items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        try:
            self.answer(f'{{"result": {encode(self.handler(request["event"], LambdaContext(request)))}}}')
        except Exception as error:  # noqa: BLE001 - whatever the handler raised is the answer
            self.answer(json.dumps({"failed": self.failure(error)}))

    def serve(self) -> None:
        """Initialise with the first request, invoke with the others."""
        first = self.requests.readline()
        if not first or not self.start(json.loads(first)):
            return
        for line in self.requests:
            self.invoke(json.loads(line))


def main() -> None:
    """Serve on the descriptors that the command line names."""
    requests, answers = (int(number) for number in sys.argv[1:3])
    del sys.argv[1:]
    with (
        os.fdopen(requests, encoding="utf-8") as incoming,
        os.fdopen(answers, "w", encoding="utf-8") as outgoing,
    ):
        Runtime(incoming, outgoing).serve()


if __name__ == "__main__":
    main()
