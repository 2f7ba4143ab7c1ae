"""Laws that hold for every function under `lambdas/`, today's and tomorrow's."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import pytest

from components._packaging import build
from lambdas.shared.environment import Variables
from tests.support.events import Sent, lambda_context, sqs_event
from tests.support.order_fakes import FakeDelays, FakeFulfilments, FakeNextStep, FakeRecords, Lines, now

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

ROOT = build.PROJECT_ROOT
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("lambdas/*/handler.py"))
CONSUMERS = ("accept_orders", "fulfil_orders")
SOURCES = sorted(path for path in ROOT.glob("lambdas/**/*.py") if path.parent.name != "layers")
MAX_HANDLER_LINES = 40
SDK = {"boto3", "botocore"}

VALUES = {
    "ENVIRONMENT": "dev",
    "LOG_LEVEL": "INFO",
    "FUNCTION_TIMEOUT_SECONDS": "30",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/pavedroad-dev-orders",
    "MAX_MESSAGE_BYTES": "262144",
    "MAX_INPUT_BYTES": "262144",
    "TABLE_NAME": "pavedroad-dev-orders",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-west-1:111122223333:stateMachine:orders-workflow:live",
    "RETRY_DELAY_SECONDS": "10",
    "VISIBILITY_TIMEOUT_SECONDS": "180",
    "MAX_ORDER_TOTAL": "1000000",
    "CURRENCIES": "EUR,USD",
    "PAYMENT_MODE": "simulated",
    "ORCHESTRATION": "workflow",
}
"""One value for every variable that a function may need."""

AWS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


def handler_of(function: str) -> ModuleType:
    return importlib.import_module(f"lambdas.{function}.handler")


def imports(path: Path) -> set[str]:
    """Top-level names of everything that the file imports when it runs."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = [ast.Pass()]
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_there_are_functions_to_hold_to_the_laws() -> None:
    assert {"submit_orders", "accept_orders", "check_order", "charge_order", "fulfil_orders"} <= set(
        FUNCTIONS
    )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_handler_logic_and_one_entry_point(function: str) -> None:
    module = handler_of(function)

    assert (ROOT / "lambdas" / function / "logic.py").is_file()
    assert list(inspect.signature(module.handle).parameters) == ["event", "context"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_of_a_handler_are_short(function: str) -> None:
    tree = ast.parse((ROOT / "lambdas" / function / "handler.py").read_text())

    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno + 1 <= MAX_HANDLER_LINES, node.name


@pytest.mark.parametrize("function", FUNCTIONS)
def test_logic_knows_no_sdk_no_environment_and_no_powertools(function: str) -> None:
    """Not even by way of what it imports: a fresh interpreter has none of them loaded afterwards."""
    assert imports(ROOT / "lambdas" / function / "logic.py").isdisjoint(SDK | {"os", "aws_lambda_powertools"})

    loaded = fresh(f"import lambdas.{function}.logic")
    assert loaded["modules"] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_handler_reads_no_environment_and_makes_no_client(function: str) -> None:
    loaded = fresh(f"import lambdas.{function}.handler")

    assert loaded["read"] == []
    assert loaded["clients"] == []


FRESH = """
import json, os, sys
sys.path.insert(0, {root!r})
read, clients = [], []
if {preload!r}:  # libraries may read the environment when they are loaded: that is not ours to judge
    import aws_lambda_powertools.metrics, aws_lambda_powertools.utilities.batch, aws_lambda_powertools.logging
    import boto3, botocore.session
    real = botocore.session.Session.create_client
    def create_client(self, name, *rest, **options):
        clients.append(name)
        return real(self, name, *rest, **options)
    botocore.session.Session.create_client = create_client
class Watched(dict):
    def _note(self, key):
        read.append((sys._getframe(2).f_code.co_filename, key))
    def __getitem__(self, key):
        self._note(key)
        return dict.__getitem__(self, key)
    def get(self, key, default=None):
        self._note(key)
        return dict.get(self, key, default)
    def __iter__(self):
        self._note("*")
        return dict.__iter__(self)
os.environ = Watched(os.environ)
{statement}
print(json.dumps(dict(
    read=[key for file, key in read if "/lambdas/" in file.replace(os.sep, "/")],
    clients=clients,
    modules=sorted(n for n in sys.modules if n in ("boto3", "botocore", "aws_lambda_powertools")),
)))
"""


def fresh(statement: str) -> dict[str, list[str]]:
    """Run `statement` in an interpreter of its own; what it read, made and loaded."""
    script = FRESH.format(root=str(ROOT), statement=statement, preload=statement.endswith("handler"))
    done = subprocess.run(  # noqa: S603 - our own interpreter on our own script
        [sys.executable, "-B", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return cast("dict[str, list[str]]", json.loads(done.stdout))


def test_only_the_environment_module_reads_the_environment() -> None:
    readers = [path.name for path in SOURCES if "os" in imports(path)]

    assert readers == ["environment.py"]


def test_only_the_shared_module_makes_clients() -> None:
    makers = [path.relative_to(ROOT).as_posix() for path in SOURCES if "boto3" in imports(path)]

    assert makers == ["lambdas/shared/aws.py"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_builds_from_its_declared_variables_and_needs_each_of_them(
    function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The declared list is complete (nothing else is set) and honest (each one is asked for)."""
    module = handler_of(function)
    asked: set[str] = set()
    read = Variables.optional

    def watched(self: Variables, name: str) -> str | None:
        asked.add(name)
        return read(self, name)

    monkeypatch.setattr(Variables, "optional", watched)
    for name in VALUES:
        monkeypatch.delenv(name, raising=False)
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    modes: list[dict[str, str]] = [{}]
    if "PAYMENT_MODE" in module.ENVIRONMENT:
        modes.append({"PAYMENT_MODE": "http", "PAYMENT_URL": "https://pay.example", "PAYMENT_SECRET": "pay"})
    if "NEXT_QUEUE_URL" in module.ENVIRONMENT:
        modes.append({"STATE_MACHINE_ARN": "", "NEXT_QUEUE_URL": VALUES["QUEUE_URL"]})

    for mode in modes:
        for name in module.ENVIRONMENT:
            monkeypatch.setenv(name, mode.get(name, VALUES.get(name, "")))
        built = module.dependencies.__wrapped__()
        assert type(built).__name__ == "Dependencies"

    assert set(module.ENVIRONMENT) - {"FUNCTION_TIMEOUT_SECONDS"} <= asked <= set(module.ENVIRONMENT)
    assert len(module.ENVIRONMENT) == len(set(module.ENVIRONMENT))


def test_a_listener_without_or_with_two_next_steps_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    module = handler_of("accept_orders")
    for name, value in {**VALUES, **AWS, "NEXT_QUEUE_URL": VALUES["QUEUE_URL"]}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(Exception, match="STATE_MACHINE_ARN and NEXT_QUEUE_URL: got both or neither"):
        module.dependencies.__wrapped__()
    monkeypatch.delenv("STATE_MACHINE_ARN")
    monkeypatch.delenv("NEXT_QUEUE_URL")
    with pytest.raises(Exception, match="allowed exactly one"):
        module.dependencies.__wrapped__()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_dependencies_are_built_once(function: str) -> None:
    dependencies = handler_of(function).dependencies

    assert dependencies.cache_info().maxsize is None
    assert inspect.signature(dependencies).parameters == {}


def consumer_dependencies(function: str) -> object:
    module, journal = handler_of(function), Lines().journal()
    logic = importlib.import_module(f"lambdas.{function}.logic")
    if function == "accept_orders":
        desk = logic.Desk(
            records=FakeRecords(),
            next_step=FakeNextStep(),
            notes=journal,
            clock=now,
            max_input_bytes=262_144,
        )
    else:
        desk = logic.Desk(
            fulfilments=FakeFulfilments(), ready=logic.READY["workflow"], notes=journal, clock=now
        )
    return module.Dependencies(journal=journal, desk=desk, delays=FakeDelays())


@pytest.mark.parametrize("function", CONSUMERS)
@pytest.mark.parametrize("bodies", [["{}"], ["{}", "x", ""], ["null"] * 10])
def test_a_consumer_answers_in_the_shape_that_aws_reads_even_if_all_fail(
    function: str, bodies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other shape, a null id or an exception counts as failure of the whole batch on AWS."""
    module = handler_of(function)
    monkeypatch.setattr(module, "dependencies", lambda: consumer_dependencies(function))
    sent = [Sent(message_id=f"m-{position}", body=body) for position, body in enumerate(bodies)]

    response = module.handle(sqs_event(*sent), lambda_context())

    assert response == {
        "batchItemFailures": [{"itemIdentifier": f"m-{position}"} for position in range(len(bodies))]
    }
    assert json.loads(json.dumps(response)) == response


def test_every_consumer_of_a_queue_is_held_to_the_shape() -> None:
    uses = [f for f in FUNCTIONS if "consume(" in (ROOT / "lambdas" / f / "handler.py").read_text()]

    assert tuple(uses) == CONSUMERS
