"""Layers of functions: the company layer at its minimum version (L1), and trusted accounts only (L23).

Names are compared whole, versions as integers (10 is newer than 9), accounts always: a name can be taken by
anybody. A layer that the stack itself publishes has no version number yet; it counts as the newest, also in
the update that gives it a low one. So an old version of an own account is decided with the stack in view.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from guardrails.verdict import (
    PASS,
    Finding,
    Maybe,
    Unknown,
    Verdict,
    combine,
    not_applicable,
    undecided,
    violation,
)
from guardrails.wording import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardrails.standards import CompanyLayer

MAXIMUM_LAYERS: Final = 5  # layers of a function, Lambda quotas
_ARN: Final = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):lambda:(?P<region>[a-z0-9-]+):(?P<account>[a-z0-9]+):layer:"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<version>[0-9]+))?"
)
_IMAGE: Final = "Image"
_IMAGE_REASON: Final = "container images carry no layers"
# The closest miss explains the most: codes from nearest to farthest.
_NEARNESS: Final = ("too-old", "no-version", "region", "partition", "account")


@dataclass(frozen=True, kw_only=True)
class StackLayer:
    """A layer version that the stack itself publishes, on which the function's `layers` depend.

    Attributes:
        name: Its layerName.
        arn: Its version ARN when that is known already.
    """

    name: Maybe[str]
    arn: Maybe[str] = None


@dataclass(frozen=True, kw_only=True)
class LayeredFunction:
    """A function as far as its layers are concerned.

    Attributes:
        name: Name of the function.
        package_type: Zip or Image; absent is Zip.
        runtime: Runtime identifier.
        architecture: First architecture; absent is x86_64.
        region: The function's own region.
        layers: Version ARNs; single ones may be unknown.
        stack_layers: Layers of the same stack behind them; None when the stack is not in view.
        edge: Whether it is known to be a Lambda@Edge function.
    """

    name: str
    package_type: Maybe[str] = None
    runtime: Maybe[str] = None
    architecture: Maybe[str] = None
    region: Maybe[str] = None
    layers: tuple[str | Unknown, ...] | Unknown = ()
    stack_layers: tuple[StackLayer, ...] | None = None
    edge: bool = False


@dataclass(frozen=True)
class _Arn:
    partition: str
    region: str
    account: str
    name: str
    version: int | None


def company_layers(
    facts: LayeredFunction, required: Sequence[CompanyLayer], own_accounts: Sequence[str]
) -> Verdict:
    """L1: the function carries every company layer, at its minimum version or newer."""
    reason = _out_of_question(facts)
    if reason:
        return reason
    verdicts = [_company_layer(facts, layer, own_accounts) for layer in required]
    count = len(facts.layers) if isinstance(facts.layers, tuple) else 0
    if count > MAXIMUM_LAYERS:
        verdicts.append(
            violation(
                Finding(
                    key="layers:count",
                    code="too-many",
                    fact=f"layers holds {count} layers",
                    requirement=f"at most {MAXIMUM_LAYERS} are possible",
                    remedy="Merge layers until five or fewer are left",
                )
            )
        )
    return combine(*verdicts) if verdicts else not_applicable("no company layer is required")


def trusted_layers(facts: LayeredFunction, accounts: Sequence[str]) -> Verdict:
    """L23: every layer comes from a trusted account, or from the stack itself."""
    if facts.package_type == _IMAGE:
        return not_applicable(_IMAGE_REASON)
    if isinstance(facts.layers, Unknown):
        return PASS if facts.stack_layers else undecided("layers")
    if not facts.layers:
        return not_applicable("no layers")
    findings: list[Finding] = []
    for position, layer in enumerate(facts.layers):
        arn = None if isinstance(layer, Unknown) else _parsed(layer)
        if isinstance(layer, Unknown) or (arn and arn.account in accounts):
            continue
        label = f"{arn.account}:{arn.name}" if arn else f"element-{position}"
        fact = f"is of account {arn.account}" if arn else f"is no layer version ARN ({quote(layer, 60)})"
        findings.append(
            Finding(
                key=f"layer:{label}",
                code="untrusted" if arn else "malformed",
                fact=f"layers[{position}] {fact}",
                requirement="a layer of an own or trusted account is required",
            )
        )
    return violation(*findings, undecided=_open_elements(facts))


def _out_of_question(facts: LayeredFunction) -> Verdict | None:
    if facts.package_type == _IMAGE:
        return not_applicable(_IMAGE_REASON)
    if facts.edge:
        return not_applicable("edge function; Lambda@Edge allows no layers")
    return undecided("packageType") if isinstance(facts.package_type, Unknown) else None


def _company_layer(facts: LayeredFunction, layer: CompanyLayer, own_accounts: Sequence[str]) -> Verdict:
    name = _wanted_name(facts, layer)
    if isinstance(name, Verdict):
        return name
    accounts = (layer.account,) if layer.account else tuple(own_accounts)
    if any(item.name == name for item in facts.stack_layers or ()) and set(accounts) & set(own_accounts):
        return PASS
    known = () if isinstance(facts.layers, Unknown) else facts.layers
    arns = [arn for text in known if isinstance(text, str) and (arn := _parsed(text)) and arn.name == name]
    misses = [_miss(arn, layer, accounts, facts.region) for arn in arns]
    if "" in misses:
        return PASS
    open_elements = _open_elements(facts) or _perhaps_of_the_stack(facts, arns, misses, own_accounts)
    if open_elements:
        return undecided(*open_elements)
    region = facts.region if isinstance(facts.region, str) else "REGION"
    partition = layer.partition or "aws"
    wanted = layer.arns.get(region) or (
        f"arn:{partition}:lambda:{region}:{accounts[0] if accounts else 'ACCOUNT'}:layer:{name}"
        f":{layer.minimum_version}"
    )
    nearest = min(zip(misses, arns, strict=True), key=lambda pair: _NEARNESS.index(pair[0]), default=None)
    code, fact = _explained(nearest, name, empty=not known)
    return violation(
        Finding(
            key=f"layer:{name}",
            code=code,
            fact=fact,
            requirement=f"{name} at version {layer.minimum_version} or newer is required",
            remedy=f"Add {wanted}, or a newer version, to layers",
        )
    )


def _wanted_name(facts: LayeredFunction, layer: CompanyLayer) -> str | Verdict:
    """The layer's name for this function, or why there is none."""
    if layer.runtimes and isinstance(facts.runtime, Unknown):
        return undecided("runtime")
    runtime = "" if isinstance(facts.runtime, Unknown) else facts.runtime or ""
    if layer.runtimes and not any(fnmatchcase(runtime, glob) for glob in layer.runtimes):
        return not_applicable("no company layer for this runtime")
    if "{architecture}" not in layer.name:
        return layer.name
    if isinstance(facts.architecture, Unknown):
        return undecided("architectures")
    return layer.name.replace("{architecture}", facts.architecture or "x86_64")


def _miss(arn: _Arn, layer: CompanyLayer, accounts: Sequence[str], region: Maybe[str]) -> str:
    """Why a layer of the right name is not the one; empty when it is."""
    if arn.account not in accounts:
        return "account"
    if layer.partition and arn.partition != layer.partition:
        return "partition"
    if isinstance(region, str) and arn.region != region:
        return "region"
    if arn.version is None:
        return "no-version"
    return "" if arn.version >= layer.minimum_version else "too-old"


def _explained(nearest: tuple[str, _Arn] | None, name: str, *, empty: bool) -> tuple[str, str]:
    if nearest is None:
        return ("no-layer", "layers is empty") if empty else ("missing", f"layers does not hold {name}")
    code, arn = nearest
    return code, {
        "too-old": f"layers holds {name} at version {arn.version}",
        "no-version": f"layers holds {name} without a version",
        "region": f"layers holds {name} of region {arn.region}",
        "partition": f"layers holds {name} of partition {arn.partition}",
        "account": f"layers holds {name} of account {arn.account}",
    }[code]


def _open_elements(facts: LayeredFunction) -> tuple[str, ...]:
    """Paths of layers that nothing is known about: unknown, and not one of the stack's own layers.

    Which element a layer of the stack stands behind is not recorded, only how many there are.
    """
    if isinstance(facts.layers, Unknown):
        named = facts.stack_layers and not any(isinstance(item.name, Unknown) for item in facts.stack_layers)
        return () if named else ("layers",)
    unknown = [f"layers[{index}]" for index, item in enumerate(facts.layers) if isinstance(item, Unknown)]
    known = {item for item in facts.layers if isinstance(item, str)}
    behind = [item for item in facts.stack_layers or () if item.arn not in known]
    explained = sum(1 for item in behind if isinstance(item.name, str))
    return tuple(unknown[explained:])


def _perhaps_of_the_stack(
    facts: LayeredFunction, arns: Sequence[_Arn], misses: Sequence[str], own_accounts: Sequence[str]
) -> tuple[str, ...]:
    """Without the stack in view, whether an old version of an own account stands for a layer of the stack."""
    own = (arn.account in own_accounts for arn in arns)
    old = any(miss == "too-old" and mine for miss, mine in zip(misses, own, strict=True))
    return ("layers",) if old and facts.stack_layers is None else ()


def _parsed(text: str) -> _Arn | None:
    found = _ARN.fullmatch(text.strip())
    if found is None:
        return None
    version = found["version"]
    return _Arn(
        found["partition"],
        found["region"],
        found["account"],
        found["name"],
        int(version) if version else None,
    )
