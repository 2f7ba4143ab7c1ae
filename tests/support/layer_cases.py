"""Cases of the rules on layers: the company layer, and trusted accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules.functions import DISTRIBUTION, FUNCTION, LAYER, RULES
from tests.support.policies import Computed, Data, Mode, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWN: Final = "111122223333"
OTHER: Final = "999988887777"
PRESENT: Final = next(rule for rule in RULES if rule.row == "L1")
TRUSTED: Final = next(rule for rule in RULES if rule.row == "L23")
KEY: Final = ("layer:company-base",)
ENTRY: Final = {"name": "company-base", "account": OWN, "minimumVersion": 12}
L1: Final[Mapping[str, Data]] = {"companyLayers": [ENTRY], "ownAccounts": [OWN]}
L23: Final[Mapping[str, Data]] = {"ownAccounts": [OWN], "trustedAccounts": ["222233334444"]}


def arn(
    version: str | int = 12,
    *,
    name: str = "company-base",
    account: str = OWN,
    region: str = "eu-west-1",
    partition: str = "aws",
) -> str:
    tail = f":{version}" if version != "" else ""
    return f"arn:{partition}:lambda:{region}:{account}:layer:{name}{tail}"


def function(
    layers: Data = None, depends: Sequence[str] = (), logical: str = "orders-api", **props: Data
) -> Res:
    """A function; `layers` None leaves the property out."""
    merged: dict[str, Data] = {
        "handler": "app.handle",
        "runtime": "python3.13",
        "region": "eu-west-1",
        **props,
    }
    if layers is not None:
        merged["layers"] = layers
    return Res(type=FUNCTION, name=logical, props=merged, depends={"layers": depends} if depends else {})


def layer(name: Data = "company-base", **outputs: Data) -> Res:
    return Res(type=LAYER, name="base", props={"layerName": name}, outputs=outputs)


def _l1(
    name: str,
    *resources: Res,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    not_applicable: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
    modes: tuple[Mode, ...] = tuple(Mode),
) -> Case:
    return Case(
        rule=PRESENT,
        name=name,
        resources=resources,
        keys=keys,
        undecided=undecided,
        not_applicable=not_applicable,
        says=says,
        parameters={**L1, **(parameters or {})},
        modes=modes,
    )


def _l23(
    name: str,
    *resources: Res,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    not_applicable: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
) -> Case:
    return Case(
        rule=TRUSTED,
        name=name,
        resources=resources,
        keys=keys,
        undecided=undecided,
        not_applicable=not_applicable,
        says=says,
        parameters={**L23, **(parameters or {})},
    )


_EDGE: Final = Res(
    type=DISTRIBUTION, name="cdn", depends={"defaultCacheBehavior": ["orders-api"]}, props={"enabled": True}
)

OLD_TEXT: Final = (
    "orders-api (aws:lambda/function:Function): layers holds company-base at version 11; company-base at "
    "version 12 or newer is required. Add arn:aws:lambda:eu-west-1:111122223333:layer:company-base:12, "
    "or a newer version, to layers. [layer:company-base]"
)

PRESENT_CASES: Final = (
    _l1("the minimum version passes", function([arn(12)])),
    _l1("a newer version passes", function([arn(13)])),
    _l1("versions compare as integers, not as texts", function([arn(100)])),
    _l1("one match among others suffices", function([arn(1, name="tools", account=OTHER), arn(12)])),
    _l1("an unknown beside a match hides nothing", function([Computed(), arn(12)])),
    _l1("another partition passes", function([arn(12, partition="aws-cn", region="eu-west-1")])),
    _l1("a region that is not known is not compared", function([arn(12, region="us-east-1")], region=None)),
    _l1("any own account passes when the entry names none", function([arn(12)]),
        parameters={"companyLayers": [{"name": "company-base", "minimumVersion": 12}]}),
    _l1("five layers pass", function([arn(1, name=f"tool-{index}") for index in range(4)] + [arn(12)])),
    _l1("one version below the minimum fails", function([arn(11)]), keys=KEY, says=(OLD_TEXT,)),
    _l1("version 9 is older than 12", function([arn(9)]), keys=KEY, says=("at version 9;",)),
    _l1("no layers at all", function(), keys=KEY, says=("layers is empty",)),
    _l1("an empty list is no list", function([]), keys=KEY, says=("layers is empty",)),
    _l1("another layer only", function([arn(12, name="company-base2")]), keys=KEY,
        says=("layers does not hold company-base",)),
    _l1("names are compared whole", function([arn(12, name="my-company-base")]), keys=KEY,
        says=("does not hold",)),
    _l1("no version in the ARN", function([arn("")]), keys=KEY, says=("without a version",)),
    _l1("the name under another account", function([arn(99, account=OTHER)]), keys=KEY,
        says=(f"of account {OTHER}",)),
    _l1("the name in another region", function([arn(12, region="us-east-1")]), keys=KEY,
        says=("of region us-east-1",)),
    _l1("the provider's region counts",
        Res(type=FUNCTION, props={"layers": [arn(12)]}, region="us-east-1"), keys=KEY,
        says=("of region eu-west-1",)),
    _l1("the entry's partition counts", function([arn(12)]), keys=KEY, says=("of partition aws",),
        parameters={"companyLayers": [{**ENTRY, "partition": "aws-cn"}]}),
    _l1("text that is no ARN is no layer", function(["company-base:12"]), keys=KEY, says=("does not hold",)),
    _l1("six layers are a finding of their own", function([arn(12)] * 6), keys=("layers:count",),
        says=("layers holds 6 layers; at most 5 are possible",)),
    _l1("several findings at once, sorted",
        function([arn(12, account=OTHER)] * 6), keys=("layer:company-base", "layers:count")),
    _l1("each entry is demanded", function([arn(12)]), keys=("layer:second",),
        parameters={"companyLayers": [ENTRY, {**ENTRY, "name": "second"}]}),
    _l1("the architecture stands in the name",
        function([arn(12, name="base-arm64")], architectures=["arm64"]),
        parameters={"companyLayers": [{**ENTRY, "name": "base-{architecture}"}]}),
    _l1("no architecture means x86_64", function([arn(12, name="base-arm64")]), keys=("layer:base-x86_64",),
        parameters={"companyLayers": [{**ENTRY, "name": "base-{architecture}"}]}),
    _l1("a layer of the stack is the newest", layer(), function([Computed()], ["base"])),
    _l1("a layer of the stack with another name and an ARN that is not known", layer("tools", arn=Computed()),
        function([Computed()], ["base"]), keys=KEY, says=("layers does not hold company-base",)),
    _l1("a layer of the stack has a known ARN in an update", layer(arn=Computed(arn(12))),
        function([Computed(arn(12))], ["base"])),
    _l1("a layer of the stack counts as the newest in an update too", layer(arn=arn(1)),
        function([arn(1)], ["base"])),
    _l1("an old version beside a layer of the stack of another name",
        layer("tools", arn=arn(1, name="tools")),
        function([arn(11), arn(1, name="tools")], ["base"]), keys=KEY, says=("at version 11",)),
    _l1("a layer of the stack with another name", layer("tools"), function([Computed()], ["base"]), keys=KEY,
        says=("layers does not hold company-base",)),
    _l1("a layer of the stack is none of another owner's", layer(), function([Computed()], ["base"]),
        undecided=(), keys=KEY, parameters={"companyLayers": [{**ENTRY, "account": OTHER}]}),
    _l1("a layer of the stack whose name is not known", layer(Computed()), function([Computed()], ["base"]),
        undecided=("layers[0] is not known",)),
    _l1("an unknown element that no layer of the stack explains", function([Computed()]),
        undecided=("orders-api (aws:lambda/function:Function): undecided, layers[0] is not known",)),
    _l1("one layer of the stack explains one element", layer("tools"),
        function([Computed(), Computed()], ["base"]), undecided=("layers[1]",)),
    _l1("unknown layers as a whole", function(Computed()), undecided=("layers is not known",)),
    _l1("unknown layers as a whole, with the layer in the stack", layer(), function(Computed(), ["base"])),
    _l1("an unknown package type", function([], packageType=Computed()), undecided=("packageType",)),
    _l1("an unknown version is known in predicted mode", function([Computed(arn(11))]), keys=KEY,
        modes=(Mode.PREDICTED,)),
    _l1("an unknown runtime", function([], runtime=Computed()), undecided=("runtime",),
        parameters={"companyLayers": [{**ENTRY, "runtimes": ["python*"]}]}),
    _l1("an unknown architecture", function([arn(12)], architectures=Computed()),
        undecided=("architectures",),
        parameters={"companyLayers": [{**ENTRY, "name": "base-{architecture}"}]}),
    _l1("strict: undecided is a violation", function([Computed()]), keys=("undecided:layers[0]",),
        says=("cannot be decided before the update", "Use a deterministic name"),
        parameters={"strict": True}),
    _l1("container image", function(packageType="Image"), not_applicable="container images carry no layers"),
    _l1("edge function by name", function(name="edge-auth"), not_applicable="edge function",
        parameters={"edgeFunctions": ["edge-*"]}),
    _l1("edge function of a distribution", function(Computed()), _EDGE, not_applicable="edge function"),
    _l1("no entry for the runtime", function(), not_applicable="no company layer for this runtime",
        parameters={"companyLayers": [{**ENTRY, "runtimes": ["nodejs*"]}]}),
    _l1("outside the scope", function(), not_applicable="outside the scope",
        parameters={"scope": ["other-*"]}),
    _l1("a required parameter is missing", function(), not_applicable="parameter companyLayers not set",
        parameters={"companyLayers": []}),
    _l1("other types are skipped", Res(type="aws:sqs/queue:Queue")),
)  # fmt: skip

TRUSTED_CASES: Final = (
    _l23("an own account passes", function([arn(1)])),
    _l23("a trusted account passes", function([arn(1, account="222233334444")])),
    _l23("a trusted layer account passes", function([arn(1, account="580247275435", name="LambdaInsights")]),
         parameters={"trustedLayerAccounts": ["580247275435"]}),
    _l23("a layer of the stack passes", layer(), function([Computed()], ["base"])),
    _l23("a layer of the stack with an ARN that is not known passes", layer(arn=Computed()),
         function([Computed()], ["base"])),
    _l23("a known layer of the stack explains no other element", layer(arn=arn(1)),
         function([arn(1), Computed()], ["base"]), undecided=("layers[1]",)),
    _l23("unknown layers with a layer of the stack pass", layer(), function(Computed(), ["base"])),
    _l23("another account fails", function([arn(1, account=OTHER, name="tools")]),
         keys=(f"layer:{OTHER}:tools",),
         says=(f"layers[0] is of account {OTHER}; a layer of an own or trusted account is required",)),
    _l23("every offender is named, in order",
         function([arn(1, account=OTHER, name="b"), arn(1), arn(1, account=OTHER, name="a")]),
         keys=(f"layer:{OTHER}:a", f"layer:{OTHER}:b")),
    _l23("text that is no ARN fails", function(["company-base"]), keys=("layer:element-0",),
         says=("is no layer version ARN",)),
    _l23("an offender is found beside an unknown",
         function([Computed(), arn(1, account=OTHER, name="tools")]),
         keys=(f"layer:{OTHER}:tools",), undecided=("layers[0]",)),
    _l23("an unknown element is undecided", function([Computed()]), undecided=("layers[0] is not known",)),
    _l23("unknown layers are undecided", function(Computed()), undecided=("layers is not known",)),
    _l23("an unknown element more than the stack explains", layer(),
         function([Computed(), Computed()], ["base"]), undecided=("layers[1]",)),
    _l23("no layers", function(), not_applicable="no layers"),
    _l23("container image", function([arn(1, account=OTHER)], packageType="Image"),
         not_applicable="container images"),
    _l23("own accounts are not configured", function([arn(1)]),
          not_applicable="parameter ownAccounts not set",
         parameters={"ownAccounts": []}),
)  # fmt: skip
