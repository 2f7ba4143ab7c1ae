"""Systems Manager: parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.plain import flag_in, text_in
from pavedroad.provider.live.services._tags import listed
from pavedroad.provider.live.services._wire import capital, retag, sent, tag_map, told

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import PutParameterRequestTypeDef

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.live.services._wire import Names

_PARAMETER: Final[Names] = capital("allowedPattern", "dataType", "description", "keyId", "tier", "type")
_VALUES: Final = ("valueWo", "insecureValue", "value")
_STEERING: Final = frozenset({"tags", "overwrite"})
_INTELLIGENT: Final = "Intelligent-Tiering"


def _put(call: Call, *, overwrite: bool) -> None:
    given = next((text_in(call.inputs, name) for name in _VALUES if text_in(call.inputs, name)), "")
    # What is left out of an overwriting call would stay as it was.
    wanted = {"Description": "", **sent(_PARAMETER, call.inputs)}
    wanted |= {"Name": call.text("name"), "Value": given, "Overwrite": overwrite}
    if wanted.get("Type") != "SecureString":
        wanted.pop("KeyId", None)
    call.clients.ssm.put_parameter(**cast("PutParameterRequestTypeDef", wanted))


def _create(call: Call) -> str:
    name = call.text("name")
    _put(call, overwrite=flag_in(call.inputs, "overwrite"))
    if call.tags:
        # SSM takes no tags with a call that may overwrite.
        call.clients.ssm.add_tags_to_resource(
            ResourceType="Parameter", ResourceId=name, Tags=listed(call.tags)
        )
    return name


def _read(call: Call, name: str) -> Plains | None:
    ssm = call.clients.ssm
    value = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    described = ssm.describe_parameters(
        ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}]
    )["Parameters"]
    if not described:
        return None
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name).get("TagList", [])
    known: Plains = {
        **told(_PARAMETER, described[0]),
        **told(capital("dataType", "name", "type", "version"), value),
        "arn": value.get("ARN"),
        "hasValueWo": "valueWo" in call.inputs,
        "tags": tag_map(tags),
    }
    if not known.get("keyId"):
        known.pop("keyId", None)
    if text_in(call.inputs, "tier") == _INTELLIGENT:
        known["tier"] = _INTELLIGENT  # SSM tells the tier that it has chosen
    if "valueWo" not in call.inputs:
        known["insecureValue" if "insecureValue" in call.inputs else "value"] = value.get("Value")
    return known


def _update(call: Call, name: str) -> None:
    if call.changed - _STEERING:
        _put(call, overwrite=True)
    if call.wants("tags"):
        ssm = call.clients.ssm
        retag(
            tag_map(ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]),
            call.tags,
            tag=lambda tags: ssm.add_tags_to_resource(
                ResourceType="Parameter", ResourceId=name, Tags=listed(tags)
            ),
            untag=lambda keys: ssm.remove_tags_from_resource(
                ResourceType="Parameter", ResourceId=name, TagKeys=keys
            ),
        )


def _delete(call: Call, name: str) -> None:
    call.clients.ssm.delete_parameter(Name=name)


TYPES: Final[dict[str, LiveType]] = {
    "aws:ssm/parameter:Parameter": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        write_only=frozenset({"overwrite", "valueWo", "valueWoVersion"}),
        secret=frozenset({"value", "valueWo"}),
    ),
}
