"""Updates of recorded types: what goes on from where it was, and what AWS counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.provider import ACCOUNT, FUNCTION, FUNCTION_INPUTS, REGION, Kept

if TYPE_CHECKING:
    from tests.support.provider import Client, Props

LAYER = "aws:lambda/layerVersion:LayerVersion"
LAYER_INPUTS: Props = {"layerName": "company", "s3Bucket": "shop-artifacts", "s3Key": "k"}
SIGNING = "aws:lambda/codeSigningConfig:CodeSigningConfig"
PROFILE = f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/shop_dev/abcdefghij"
GOOD_SIGNING: Props = {"allowedPublishers": {"signingProfileVersionArns": [PROFILE]}}
PUBLISHED: Props = {**FUNCTION_INPUTS, "name": "f", "publish": True, "timeout": 3}


def test_an_update_goes_on_from_what_exists_not_from_what_the_state_says(cloud: Client) -> None:
    """The first update was made, but its answer was lost; the program has moved on."""
    made = cloud.make(FUNCTION, "f", PUBLISHED)
    cloud.change(made, {**PUBLISHED, "timeout": 5})

    assert cloud.change(made, {**PUBLISHED, "timeout": 7}).outputs["version"] == "3"


def test_what_every_update_counts_is_counted_once_for_one_change(cloud: Client) -> None:
    token = "aws:apigatewayv2/api:Api"
    made = cloud.make(token, "a", {"protocolType": "HTTP"})
    access = "aws:cloudfront/originAccessControl:OriginAccessControl"
    given: Props = {
        "originAccessControlOriginType": "s3",
        "signingBehavior": "always",
        "signingProtocol": "sigv4",
    }
    control = cloud.make(access, "c", given)

    first, second = (cloud.change(control, {**given, "description": "d"}) for _ in range(2))

    assert first.outputs["etag"] == second.outputs["etag"] != control.outputs["etag"]
    assert (
        cloud.change(made, {"protocolType": "HTTP", "description": "d"}).outputs["arn"] == made.outputs["arn"]
    )


def test_a_layer_version_is_numbered_at_its_creation_alone(cloud: Client) -> None:
    made = cloud.make(LAYER, "l", LAYER_INPUTS)

    kept_on = cloud.change(made, {**LAYER_INPUTS, "skipDestroy": True})

    assert [kept_on.outputs[key] for key in ("version", "arn")] == ["1", made.id]


def test_a_replacement_stays_what_it_is_in_later_updates(cloud: Client) -> None:
    old = cloud.make(SIGNING, "s", GOOD_SIGNING)
    new = cloud.make(SIGNING, "s", {**GOOD_SIGNING, "description": "a"}, replaces=old.id)

    changed = cloud.change(new, {**GOOD_SIGNING, "description": "b"})

    assert changed.inputs["__seed"] == new.inputs["__seed"] != old.inputs["__seed"]
    assert changed.outputs["configId"] == new.outputs["configId"] != old.outputs["configId"]


def test_what_aws_computed_stays_when_the_resource_has_no_seed(aws: Client) -> None:
    """As of one that another provider made, or that was imported."""
    outputs: Props = {**GOOD_SIGNING, "configId": "csc-given", "arn": "arn:given"}
    imported = Kept(SIGNING, "s", "arn:given", GOOD_SIGNING, outputs)

    changed = aws.change(imported, {**GOOD_SIGNING, "description": "b"}, preview=True)

    assert [changed.outputs[key] for key in ("configId", "arn")] == ["csc-given", "arn:given"]
