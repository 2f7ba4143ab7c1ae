"""Python functions in the local cloud: what they see, how they fail, what is written of them."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from pavedroad.cloud.runtime.process import YIELDING
from tests.support.cloud_functions import archive, deploy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.cloud import Cloud

DOCUMENTED = {
    "_HANDLER", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_LOG_FORMAT",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL",
    "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "_X_AMZN_TRACE_ID", "LANG", "LC_CTYPE", "TZ", "PATH", "LD_LIBRARY_PATH", "PYTHONPATH",
}  # fmt: skip

SPY = """
import os
count = 0
def handle(event, context):
    global count
    count += 1
    if event.get("fail"):
        raise Declined("no cover")
    return {
        "count": count, "environment": dict(os.environ), "arn": context.invoked_function_arn,
        "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb,
        "id": context.aws_request_id, "group": context.log_group_name, "stream": context.log_stream_name,
        "version": context.function_version, "name": context.function_name, "tenant": context.tenant_id,
        "client": context.client_context and context.client_context.custom,
    }
class Declined(Exception):
    pass
"""


def seen(payload: object) -> Mapping[str, object]:
    """What the spy told."""
    return cast("Mapping[str, object]", payload)


def test_a_function_sees_aws_variables_and_its_own_and_nothing_of_the_machine(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNRELATED_SECRET", "x")
    function = deploy(cloud, SPY, Environment={"Variables": {"OWN": "1", "AWS_REGION": "mars"}})

    environment = cast("dict[str, str]", seen(function.call().payload)["environment"])

    assert set(environment) - {"OWN"} <= DOCUMENTED
    assert environment["OWN"] == "1"
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environment["_HANDLER"] == "app.handle"
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.12"
    assert environment["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert os.environ["UNRELATED_SECRET"] not in environment.values()


def test_a_function_gives_way_to_the_cloud_that_answers_it(cloud: Cloud) -> None:
    """With an equal share, many functions would leave it no time to answer any of them in time."""
    code = "import os\ndef handle(event, context): return os.getpriority(os.PRIO_PROCESS, 0)"

    nice = deploy(cloud, code).call().payload

    assert nice == os.getpriority(os.PRIO_PROCESS, cloud.running.pid) + YIELDING


def test_the_declared_runtime_stays(cloud: Cloud) -> None:
    function = deploy(cloud, SPY)
    function.call()

    found = cloud.client("lambda").get_function(FunctionName=function.name)["Configuration"]
    assert found.get("Runtime") == "python3.12"


@pytest.mark.parametrize("module", ["pydantic", "pulumi", "ministack", "pavedroad"])
def test_what_is_installed_beside_the_cloud_is_not_importable(cloud: Cloud, module: str) -> None:
    function = deploy(cloud, f"import {module}\ndef handle(event, context): return 1")

    failure = function.call().failure

    assert failure["errorType"] == "Runtime.ImportModuleError"
    assert failure["errorMessage"] == f"Unable to import module 'app': No module named '{module}'"


def test_the_sdk_of_aws_runtime_is_importable(cloud: Cloud) -> None:
    code = "import boto3, botocore, s3transfer, jmespath, urllib3, dateutil, six\ndef handle(e, c): return 1"

    assert deploy(cloud, code).call().payload == 1


def test_an_exception_keeps_its_class_and_stack_and_the_environment_warm(cloud: Cloud) -> None:
    function = deploy(cloud, SPY)
    function.call()

    failure = function.call({"fail": True}).failure

    assert failure["errorType"] == "Declined"
    assert failure["errorMessage"] == "no cover"
    stack = cast("list[str]", failure["stackTrace"])
    assert stack[0].startswith('  File "/var/task/app.py", line 8, in handle\n    raise Declined("no cover")')
    assert re.fullmatch(r"[0-9a-f-]{36}", str(failure["requestId"]))
    assert seen(function.call().payload)["count"] == 3
    assert len(function.streams()) == 1


@pytest.mark.parametrize(
    ("code", "handler", "kind", "message"),
    [
        ("x = 1", "app.handle", "Runtime.HandlerNotFound", "Handler 'handle' missing on module 'app'"),
        ("x =", "app.handle", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': invalid syntax"),
        ("", "app", "Runtime.MalformedHandlerName", "Bad handler 'app'"),
        ("raise KeyError('TABLE')", "app.handle", "KeyError", "'TABLE'"),
        ("def handle(e, c): return {1}", "app.handle", "Runtime.MarshalError", "Unable to marshal response"),
        ("import sys\ndef handle(e, c): sys.exit(3)", "app.handle", "Runtime.ExitError", "exit status 3"),
        ("import os\ndef handle(e, c): os.abort()", "app.handle", "Runtime.ExitError", "signal: aborted"),
        ("import time\ndef handle(e, c): time.sleep(9)", "app.handle", "Sandbox.Timedout", "after 1.00"),
    ],
)  # fmt: skip
def test_failures_have_the_names_that_aws_gives_them(
    cloud: Cloud, code: str, handler: str, kind: str, message: str
) -> None:
    function = deploy(cloud, code, Handler=handler, Timeout=1)

    failure = function.call().failure

    assert failure["errorType"] == kind
    assert message in str(failure["errorMessage"])


def test_code_comes_before_layers_and_later_layers_before_earlier_ones(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    arns: list[str] = []
    for index, files in enumerate(
        (
            {
                "python/first.py": "who = 'one'",
                "python/both.py": "who = 'one'",
                "python/app.py": "who = 'layer'",
            },
            {"python/both.py": "who = 'two'", "python/lib/python3.12/site-packages/deep.py": "who = 'deep'"},
        )
    ):
        layer = client.publish_layer_version(LayerName=f"l{index}", Content={"ZipFile": archive(files)})
        arns.append(layer["LayerVersionArn"])
    code = "import first, both, deep\ndef handle(e, c): return [first.who, both.who, deep.who]"

    assert deploy(cloud, code, Layers=arns).call().payload == ["one", "two", "deep"]


def test_an_exec_wrapper_of_a_layer_starts_the_runtime(cloud: Cloud) -> None:
    wrapper = archive({"start": '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n'}, {"start": 0o755})
    layer = cloud.client("lambda").publish_layer_version(LayerName="wrapper", Content={"ZipFile": wrapper})
    variables = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/start"}}
    code = "import os\ndef handle(e, c): return os.environ['WRAPPED']"

    function = deploy(cloud, code, Layers=[layer["LayerVersionArn"]], Environment=variables)

    assert function.call().payload == "yes"


def test_the_context_is_complete(cloud: Cloud) -> None:
    function = deploy(cloud, SPY, MemorySize=256, Timeout=7)

    told = seen(function.call().payload)

    assert told["arn"] == function.arn
    assert told["memory"] == "256"
    assert 6000 < cast("int", told["left"]) <= 7000
    assert (told["name"], told["version"]) == (function.name, "$LATEST")
    assert told["group"] == f"/aws/lambda/{function.name}"
    assert [told["stream"]] == function.streams()


def test_text_logs_have_the_platform_lines_around_the_function_s_own(cloud: Cloud) -> None:
    code = """
import logging
logging.getLogger().setLevel("INFO")
def handle(event, context):
    print("printed")
    logging.getLogger().info("two\\nlines")
"""
    function = deploy(cloud, code)

    answer = function.call()

    start, printed, logged, end, report = function.log()
    request_id = start.split()[2]
    assert start == f"START RequestId: {request_id} Version: $LATEST"
    assert printed == "printed"
    assert re.fullmatch(rf"\[INFO\]\t[0-9T:.-]+Z\t{request_id}\ttwo\nlines", logged)
    assert end == f"END RequestId: {request_id}"
    fields = (
        r"Duration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\t"
    )
    assert re.fullmatch(rf"REPORT RequestId: {request_id}\t{fields}Init Duration: [\d.]+ ms\t", report)
    assert "printed" in answer.tail
    function.call()
    assert "Init Duration" not in function.log()[-1]


def test_json_logs_have_platform_events_and_the_level_filters(cloud: Cloud) -> None:
    code = """
import logging
def handle(event, context):
    logging.getLogger().info("left out")
    logging.getLogger("shop").warning("kept", extra={"order": 7})
"""
    logging = {"LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "INFO"}
    function = deploy(cloud, code, LoggingConfig=logging)
    function.call()

    start, own, report = (json.loads(line) for line in function.log())

    assert start["type"] == "platform.start"
    assert own | {"timestamp": ""} == {
        "timestamp": "", "level": "WARNING", "message": "kept", "logger": "shop", "order": 7,
        "requestId": start["record"]["requestId"],
    }  # fmt: skip
    assert report["type"] == "platform.report"
    assert report["record"]["status"] == "success"
    assert report["record"]["metrics"]["initDurationMs"] > 0


def test_powertools_of_a_layer_work(cloud: Cloud) -> None:
    files: dict[str, str] = {}
    for package in ("aws_lambda_powertools", "typing_extensions"):
        found = find_spec(package)
        assert found is not None
        origin = Path(found.origin or "")
        for path in origin.parent.rglob("*.py") if origin.name == "__init__.py" else [origin]:
            inside = path.relative_to(origin.parent.parent if origin.name == "__init__.py" else origin.parent)
            files[f"python/{inside}"] = path.read_text(encoding="utf-8")
    layer = cloud.client("lambda").publish_layer_version(
        LayerName="tools", Content={"ZipFile": archive(files)}
    )
    code = """
from aws_lambda_powertools import Logger, Metrics
logger, metrics = Logger(service="s"), Metrics(namespace="n", service="s")
@metrics.log_metrics
@logger.inject_lambda_context
def handle(event, context):
    metrics.add_metric(name="Done", unit="Count", value=1)
    logger.info("worked", order=7)
"""

    function = deploy(cloud, code, Layers=[layer["LayerVersionArn"]])

    assert function.call().error is None
    own = [json.loads(line) for line in function.log() if line.startswith("{")]
    assert [line["order"] for line in own if line.get("message") == "worked"] == [7]
    assert [line["Done"] for line in own if "_aws" in line] == [[1.0]]
    assert own[0]["function_name"] == function.name
