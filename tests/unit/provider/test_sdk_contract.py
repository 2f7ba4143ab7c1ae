"""The provider's tables and its reading of the SDK, held against the SDK and botocore themselves."""

from __future__ import annotations

import importlib
import random
import re
from typing import TYPE_CHECKING

import pulumi
import pytest

from pavedroad.provider import sdk
from pavedroad.provider.account import Account
from pavedroad.provider.check import check_inputs
from pavedroad.provider.limits.members import OPERATIONS
from pavedroad.provider.limits.models import ModelMissingError, member
from pavedroad.provider.limits.relations import RELATIONS
from pavedroad.provider.limits.rules import RULES
from pavedroad.provider.limits.table import LIMITS
from pavedroad.provider.naming import NameRequest
from pavedroad.provider.predict.plan import Mode, plan_create
from pavedroad.provider.predict.subject import Subject
from pavedroad.provider.predict.tables import ROWS
from pavedroad.provider.values import UNKNOWN

if TYPE_CHECKING:
    from pavedroad.provider.sdk import ResourceShape
    from pavedroad.provider.values import Value

# Resource classes whose modules are small enough to import in a unit test.
COMPARED = (
    "aws:sqs/queue:Queue",
    "aws:lambda/function:Function",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:kms/key:Key",
    "aws:signer/signingJob:SigningJob",
)


# Whole modules are imported, with all that they have deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("token", COMPARED)
def test_the_scan_finds_what_the_class_has(token: str) -> None:
    """The generated class registers its wire names; the scan of its source must give the same."""
    module, name = token.split(":")[1].partition("/")[0], token.rpartition(":")[2]
    resource = getattr(
        importlib.import_module(f"pulumi_aws.{'lambda_' if module == 'lambda' else module}"), name
    )
    wire = {
        pulumi_name
        for attribute, value in vars(resource).items()
        if isinstance(value, property) and (pulumi_name := getattr(value.fget, "_pulumi_name", attribute))
    }

    assert set(sdk.shape(token).outputs) == wire
    assert issubclass(resource, pulumi.CustomResource)


def test_a_token_that_is_none_is_refused() -> None:
    for token in (
        "aws:index/getRegion:GetRegion",
        "gcp:storage/bucket:Bucket",
        "aws:sqs:",
        "nothing",
        "aws:../x:Y",
    ):
        with pytest.raises(sdk.UnknownTypeError):
            sdk.shape(token)


def inputs_of(shape: ResourceShape) -> dict[str, Value]:
    samples: dict[str, Value] = {
        "string": "x",
        "number": 1,
        "boolean": True,
        "array": [],
        "object": {},
        "asset": UNKNOWN,
    }
    return {key: samples[given.kind] for key, given in shape.inputs.items() if given.required}


def plan(token: str, *, preview: bool = True, predicted: bool = True) -> None:
    shape = sdk.shape(token)
    checked = check_inputs(shape, inputs_of(shape), {}, NameRequest(logical="x", seed=b"s"))
    subject = Subject(shape, f"urn:pulumi:dev::shop::{token}::x", "x", checked.inputs, Account())
    planned = plan_create(subject, Mode(preview=preview, predicted=predicted))

    assert set(shape.outputs) <= set(planned.outputs)
    if preview and not predicted:
        assert planned.id == ""
    elif predicted and not preview:
        assert planned.id != ""


def test_every_type_of_the_sdk_can_be_planned() -> None:
    """All 1,748 types; a couple of seconds, so nothing is sampled."""
    tokens = sorted(sdk.tokens())

    assert len(tokens) > 1700
    for token in tokens:
        plan(token)


def test_a_sample_can_be_planned_in_the_other_modes() -> None:
    for token in random.Random(7).sample(sorted(sdk.tokens()), 150):  # noqa: S311 - a seeded sample, no secret
        plan(token, preview=True, predicted=False)
        plan(token, preview=False)


def test_every_arn_is_predicted_from_a_given_name() -> None:
    """The general rule gives an ARN of six parts to each type that has both."""
    odd: list[str] = []
    for token in sorted(sdk.tokens()):
        shape = sdk.shape(token)
        if "arn" not in shape.outputs or "name" not in shape.inputs or token in ROWS or "arn" in shape.inputs:
            continue
        subject = Subject(shape, f"urn:pulumi:dev::shop::{token}::x", "x", {"name": "n"}, Account())
        arn = plan_create(subject, Mode(preview=True, predicted=True)).outputs["arn"]
        if not isinstance(arn, str) or re.fullmatch(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:.*n.*", arn) is None:
            odd.append(f"{token}: {arn}")

    assert odd == []


def test_every_prediction_names_a_type_and_properties_of_the_sdk() -> None:
    wrong = [
        f"{token}.{key}"
        for token, row in ROWS.items()
        for key in (*row.outputs, *row.defaults)
        if key not in sdk.shape(token).outputs
    ]

    assert wrong == []


def test_every_limit_names_an_input_of_the_sdk() -> None:
    wrong = [
        f"{token}.{limit.path}"
        for token, limits in LIMITS.items()
        for limit in limits
        if limit.path.partition(".")[0] not in sdk.shape(token).inputs
    ]

    assert wrong == []
    assert not ({*RULES, *RELATIONS} - sdk.tokens())


def test_every_renamed_property_and_its_member_exist() -> None:
    wrong: list[str] = []
    for token, operation in OPERATIONS.items():
        inputs = sdk.shape(token).inputs
        for path, place in operation.renamed.items():
            if path.partition(".")[0] not in inputs:
                wrong.append(f"{token}.{path}")
            if place and "." not in path:
                try:
                    member(operation.service, operation.name, place)
                except ModelMissingError as error:
                    wrong.append(str(error))

    assert wrong == []


def test_every_checked_property_is_mapped_or_left_out_on_purpose() -> None:
    """A mapped type has at least a third of its inputs under the model's eyes; most have all."""
    from pavedroad.provider.limits.models import matching  # noqa: PLC0415 - only this test looks at single names

    for token, operation in OPERATIONS.items():
        shape = member(operation.service, operation.name, "")
        given = [key for key in sdk.shape(token).inputs if key not in {"region", "skipDestroy", "tags"}]
        known = [key for key in given if key in operation.renamed or matching(operation.service, shape, key)]

        assert len(known) * 3 >= len(given), (token, sorted(set(given) - set(known)))
