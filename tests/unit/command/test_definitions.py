"""The code of imported resources: names of the SDK, values as they are, and never a secret."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pavedroad.command.definitions import definitions
from pavedroad.command.sdk_names import constructor, python_name
from pavedroad.engine.events import SECRET_MASK, StepState
from tests.support.command import STACK_URN, urn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.engine.events import Json

SIGNED = "4dabf18193072939515e22adb298388d"
QUEUE = "aws:sqs/queue:Queue"


def resource(
    inputs: Mapping[str, Json],
    *,
    token: str = QUEUE,
    name: str = "orders",
    parent: str = STACK_URN,
    provider: str = "",
    protect: bool = False,
) -> StepState:
    return StepState(
        urn=urn(token, name),
        type=token,
        custom=True,
        parent=parent,
        provider=provider,
        protect=protect,
        inputs=inputs,
    )


def code(*resources: StepState, names: Mapping[str, str] | None = None) -> str:
    made = definitions(resources, names or {})
    ast.parse(made)
    return made


def arguments(made: str) -> dict[str, object]:
    """The literal arguments of the one resource."""
    call = next(node for node in ast.walk(ast.parse(made)) if isinstance(node, ast.Call))
    return {str(each.arg): ast.literal_eval(each.value) for each in call.keywords if each.arg != "opts"}


def test_a_resource_has_its_class_its_name_and_its_arguments() -> None:
    assert code(resource({"delaySeconds": 5.0, "fifoQueue": True, "name": "a"}, protect=True)) == (
        "import pulumi\n"
        "import pulumi_aws as aws\n"
        "\n"
        "orders = aws.sqs.Queue(\n"
        '    "orders",\n'
        "    delay_seconds=5,\n"
        "    fifo_queue=True,\n"
        '    name="a",\n'
        "    opts=pulumi.ResourceOptions(protect=True),\n"
        ")\n"
    )


def test_fields_have_names_of_python_and_keys_of_maps_stay() -> None:
    made = code(
        resource(
            {
                "tags": {"maxAge": "x"},
                "corsRules": [{"allowedMethods": ["GET"], "maxAgeSeconds": 3.0}],
                "versioning": {"mfaDelete": False},
            },
            token="aws:s3/bucket:Bucket",
        )
    )

    assert arguments(made) == {
        "tags": {"maxAge": "x"},
        "cors_rules": [{"allowed_methods": ["GET"], "max_age_seconds": 3}],
        "versioning": {"mfa_delete": False},
    }


def test_a_secret_is_asked_for_and_never_written() -> None:
    made = code(resource({"policy": SECRET_MASK, "tags": {"token": SECRET_MASK, "a": "b"}}))

    assert SECRET_MASK not in made
    assert "config = pulumi.Config()\n" in made
    assert '    policy=config.require_secret("orders-policy"),  # secret: its value is not shown\n' in made
    assert '        "token": config.require_secret("orders-tags-token"),  # secret' in made


def test_files_are_named_and_their_content_is_not() -> None:
    archive = {SIGNED: "0def7320c3a5731c473e5ecbe6d01bc7"}
    made = code(
        resource(
            {"code": {**archive, "path": "./a.zip"}, "imageUri": "x"},
            token="aws:lambda/function:Function",
            name="lambda",
        ),
        resource({"code": archive}, token="aws:lambda/function:Function", name="other"),
    )

    assert "lambda_ = aws.lambda_.Function(" in made
    assert 'code=pulumi.FileArchive("./a.zip"),' in made
    assert "code=None,  # its content is not known here: name the file" in made


def test_parent_and_provider_have_the_names_that_the_program_has_for_them() -> None:
    group, provider = urn("shop:index:Group", "the-group"), urn("pulumi:providers:aws", "us")
    one = resource({}, parent=group, provider=f"{provider}::id")

    assert "ResourceOptions(parent=the_group, provider=us)" in code(one)
    assert "ResourceOptions(parent=mine, provider=us)" in code(one, names={group: "mine"})


def test_the_default_provider_and_the_stack_are_left_out() -> None:
    default = urn("pulumi:providers:aws", "default_7_51_1")

    assert "opts" not in code(resource({}, provider=f"{default}::id"))


def test_equal_names_get_variables_of_their_own() -> None:
    made = code(
        resource({}),
        resource({}, token="aws:sns/topic:Topic"),
        resource({}, name="2nd"),
        resource({}, name="aws"),
    )

    assert [line.split(" = ")[0] for line in made.splitlines() if line.endswith("(")] == [
        "orders",
        "orders_2",
        "_2nd",
        "aws_2",
    ]


def test_a_package_that_is_not_installed_is_named_by_the_usual_rule() -> None:
    made = code(
        resource({"byteLength": 4.0, "keepers": {"a": "b"}}, token="some-thing:index/randomId:RandomId")
    )

    assert "import pulumi_some_thing as some_thing\n" in made
    assert "orders = some_thing.RandomId(" in made
    assert "byte_length=4," in made


@pytest.mark.parametrize(
    ("wire", "python"),
    [("delaySeconds", "delay_seconds"), ("lambda", "lambda_"), ("ipv6CidrBlock", "ipv6_cidr_block")],
)
def test_names_by_the_usual_rule(wire: str, python: str) -> None:
    assert python_name(wire) == python


def test_a_type_that_holds_itself_ends() -> None:
    assert constructor("aws:wafv2/webAcl:WebAcl").property("rules").fields


TEXTS = some.text(max_size=20).filter(lambda text: text != SECRET_MASK)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**40), 2**40) | TEXTS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_comes_back_from_its_code(value: Json) -> None:
    made = definitions([resource({"tags": value})], {})

    assert arguments(made)["tags"] == json.loads(json.dumps(value))
    assert all(char.isprintable() or char == "\n" for char in made)
