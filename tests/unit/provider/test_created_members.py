"""Every member that a live type sends when it makes something is one that the service takes there."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

import botocore.session
import pytest
from botocore.model import ListShape, StructureShape

from pavedroad.provider import sdk
from pavedroad.provider.live.services import http_api_parts, rest_api_parts, rest_apis, rest_methods
from pavedroad.provider.live.services._wire import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import ServiceModel, Shape

    from pavedroad.provider.live.services._rest_kind import Kind
    from pavedroad.provider.live.services._wire import Names

SESSION = botocore.session.get_session()
KINDS: dict[str, Kind] = {
    **rest_methods._KINDS,
    **rest_api_parts._KINDS,
    "aws:apigateway/stage:Stage": rest_apis._STAGE,
}
HTTP_KINDS = {
    "aws:apigatewayv2/authorizer:Authorizer": http_api_parts._AUTHORIZER,
    "aws:apigatewayv2/deployment:Deployment": http_api_parts._DEPLOYMENT,
    "aws:apigatewayv2/integration:Integration": http_api_parts._INTEGRATION,
    "aws:apigatewayv2/route:Route": http_api_parts._ROUTE,
}
# A module, its tables for one operation, and the service with the operation.
TABLES = [
    ("alarms", ("_METRIC",), "cloudwatch", "PutMetricAlarm"),
    ("alarms", ("_RULE",), "cloudwatch", "PutCompositeAlarm"),
    ("events", ("_BUS",), "events", "CreateEventBus"),
    ("events", ("_RULE",), "events", "PutRule"),
    ("events", ("_ARCHIVE",), "events", "CreateArchive"),
    ("functions", ("SETTINGS", "ONLY_MADE"), "lambda", "CreateFunction"),
    ("http_apis", ("_API",), "apigatewayv2", "CreateApi"),
    ("http_apis", ("_MAPPING",), "apigatewayv2", "CreateApiMapping"),
    ("http_apis", ("_STAGE",), "apigatewayv2", "CreateStage"),
    ("invocations", ("_ASYNC",), "lambda", "PutFunctionEventInvokeConfig"),
    ("layers", ("_VERSION",), "lambda", "PublishLayerVersion"),
    ("mappings", ("_SETTINGS", "_SOURCE"), "lambda", "CreateEventSourceMapping"),
    ("parameters", ("_PARAMETER",), "ssm", "PutParameter"),
    ("permissions", ("_FIELDS",), "lambda", "AddPermission"),
    ("pool_parts", ("_GROUP",), "cognito-idp", "CreateGroup"),
    ("pool_parts", ("_SERVER",), "cognito-idp", "CreateResourceServer"),
    ("rest_api_parts", ("_KEY",), "apigateway", "CreateApiKey"),
    ("rest_api_parts", ("_MODEL",), "apigateway", "CreateModel"),
    ("rest_api_parts", ("_PLAN",), "apigateway", "CreateUsagePlan"),
    ("rest_apis", ("_API",), "apigateway", "CreateRestApi"),
    ("schedules", ("_SCHEDULE",), "scheduler", "CreateSchedule"),
    ("secrets", ("_SECRET",), "secretsmanager", "CreateSecret"),
    ("state_machines", ("_SETTINGS",), "stepfunctions", "CreateStateMachine"),
    ("user_pools", ("CLIENT",), "cognito-idp", "CreateUserPoolClient"),
    ("user_pools", ("POOL", "FIXED", "SCHEMAS"), "cognito-idp", "CreateUserPool"),
]


def service(name: str) -> ServiceModel:
    return SESSION.get_service_model(name)


def taken(name: str, operation: str) -> Shape:
    """What an operation takes, found by its name in Python."""
    model = service(name)
    plain = operation.replace("_", "").lower()
    found = next(item for item in model.operation_names if item.lower() == plain)
    shape = model.operation_model(found).input_shape
    assert shape is not None
    return shape


def strange(shape: Shape, names: Names) -> Iterator[str]:
    """Members that a table sends and the shape does not have."""
    for entry in names.values():
        path = entry if isinstance(entry, str) else entry.api
        inner = member(shape, path)
        if inner is None:
            yield path
        elif isinstance(entry, Part):
            yield from (f"{path}.{found}" for found in strange(inner, entry.inside))


def member(shape: Shape, path: str) -> Shape | None:
    """The shape at a path of members; lists are entered."""
    current: Shape | None = shape
    for name in path.split("."):
        if isinstance(current, ListShape):
            current = current.member
        if not isinstance(current, StructureShape):
            return None
        current = current.members.get(name)
    return current.member if isinstance(current, ListShape) else current


@pytest.mark.parametrize("token", KINDS)
def test_a_part_of_a_rest_api_is_made_of_members_that_exist(token: str) -> None:
    kind = KINDS[token]
    shape = taken("apigateway", f"{kind.verb}_{kind.noun}")
    made = {
        name: (kind.made or {}).get(entry, entry) if isinstance(entry, str) else entry
        for name, entry in kind.names.items()
        if (entry if isinstance(entry, str) else entry.api) not in kind.later
    }
    place = {name: {"restApi": "restApiId"}.get(name, name) for name in kind.place}
    also = {name: name for name in kind.also or {}}

    assert list(strange(shape, {**made, **place, **also})) == []


@pytest.mark.parametrize("token", HTTP_KINDS)
def test_a_part_of_an_http_api_is_made_of_members_that_exist(token: str) -> None:
    kind = HTTP_KINDS[token]
    inputs = {name: entry for name, entry in kind.names.items() if name in sdk.shape(token).inputs}

    assert list(strange(taken("apigatewayv2", f"create_{kind.noun}"), inputs)) == []


@pytest.mark.parametrize(("module", "tables", "name", "operation"), TABLES)
def test_what_a_table_sends_exists(module: str, tables: tuple[str, ...], name: str, operation: str) -> None:
    loaded = import_module(f"pavedroad.provider.live.services.{module}")
    names = {key: entry for table in tables for key, entry in cast("Names", getattr(loaded, table)).items()}

    assert list(strange(taken(name, operation), names)) == []
