"""Rules on functions: company layer, code signing, trusted layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.layers import MAXIMUM_LAYERS, LayeredFunction, StackLayer, company_layers, trusted_layers
from guardrails.signing import (
    Artifact,
    PublisherStandard,
    SignedFunction,
    StackProfile,
    artifacts_signed,
    publishers_listed,
    signing_attached,
    signing_config_known,
    signing_enforced,
)
from guardrails.standards import CompanyLayer
from guardrails.verdict import UNKNOWN, Unknown, Verdict, not_applicable, undecided
from policies.kit.parameters import (
    COMPANY_LAYERS,
    EDGE_FUNCTIONS,
    OWN_ACCOUNTS,
    SIGNING_CONFIG_ARNS,
    SIGNING_PROFILE_ARNS,
    TRUSTED_ACCOUNTS,
    Parameter,
    matches_any,
)
from policies.kit.rule import Level, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.kit.parameters import Parameters
    from policies.kit.reader import Json
    from policies.kit.views import ResourceView, StackView

FUNCTION: Final = "aws:lambda/function:Function"
LAYER: Final = "aws:lambda/layerVersion:LayerVersion"
SIGNING_CONFIG: Final = "aws:lambda/codeSigningConfig:CodeSigningConfig"
SIGNING_PROFILE: Final = "aws:signer/signingProfile:SigningProfile"
SIGNING_JOB: Final = "aws:signer/signingJob:SigningJob"
DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
_POLICY: Final = "policies.untrustedArtifactOnDeployment"
_PUBLISHERS: Final = "allowedPublishers.signingProfileVersionArns"


def _layered(view: ResourceView, parameters: Parameters, stack: StackView | None = None) -> LayeredFunction:
    architectures = view.props.texts("architectures")
    name = view.props.text("name", default=view.name)
    edge = isinstance(name, str) and matches_any(name, parameters.texts("edgeFunctions"))
    return LayeredFunction(
        name=view.name,
        package_type=view.props.text("packageType"),
        runtime=view.props.text("runtime"),
        architecture=UNKNOWN if isinstance(architectures, Unknown) else next(iter(architectures), None),
        region=view.region,
        layers=view.props.texts("layers"),
        stack_layers=None if stack is None else _stack_layers(view, stack),
        edge=edge or (stack is not None and _at_edge(view, stack)),
    )


def _stack_layers(view: ResourceView, stack: StackView) -> tuple[StackLayer, ...]:
    return tuple(
        StackLayer(name=layer.props.text("layerName", default=layer.name), arn=layer.props.text("arn"))
        for layer in stack.linked(view, "layers", LAYER)
    )


def _at_edge(view: ResourceView, stack: StackView) -> bool:
    """Whether a distribution of the stack invokes the function: its cache behaviours depend on it."""
    return any(
        view in stack.linked(distribution, behaviour, FUNCTION)
        for distribution in stack.of_type(DISTRIBUTION)
        for behaviour in ("defaultCacheBehavior", "orderedCacheBehaviors")
    )


def _required_layers(parameters: Parameters) -> tuple[CompanyLayer, ...]:
    """The company layers of the configuration; an entry without a name counts for nothing."""
    layers: list[CompanyLayer] = []
    for entry in parameters.objects("companyLayers"):
        name, version = entry.text("name"), entry.number("minimumVersion", default=1)
        if not isinstance(name, str) or isinstance(version, Unknown):
            continue
        runtimes = entry.texts("runtimes")
        layers.append(
            CompanyLayer(
                name=name,
                minimum_version=int(version),
                account=str(entry.plain("account") or ""),
                partition=str(entry.plain("partition") or ""),
                runtimes=tuple(str(item) for item in runtimes) if isinstance(runtimes, tuple) else (),
                arns={region: str(arn.plain()) for region, arn in entry.children("arns")},
            )
        )
    return tuple(layers)


def layer_company_present(view: ResourceView, parameters: Parameters) -> Verdict:
    """L1, from the function alone."""
    return company_layers(
        _layered(view, parameters), _required_layers(parameters), parameters.texts("ownAccounts")
    )


def layer_company_present_in_stack(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    """L1, with the layers that the stack publishes."""
    facts = _layered(view, parameters, stack)
    return company_layers(facts, _required_layers(parameters), parameters.texts("ownAccounts"))


def add_company_layer(view: ResourceView, parameters: Parameters) -> Mapping[str, Json]:
    """The layers with the region's company layer appended, when it is certain that it is missing and fits."""
    layers, region = view.props.plain("layers"), view.region
    verdict = layer_company_present(view, parameters)
    if isinstance(layers, Unknown) or not isinstance(region, str) or not verdict.findings:
        return {}
    attached: list[Json] = list(layers) if isinstance(layers, list) else []
    missing = {finding.key for finding in verdict.findings if finding.code in ("no-layer", "missing")}
    arns = [
        layer.arns[region]
        for layer in _required_layers(parameters)
        if region in layer.arns and f"layer:{layer.name}" in missing
    ]
    return {"layers": [*attached, *arns]} if arns and len(attached) + len(arns) <= MAXIMUM_LAYERS else {}


def _signed(view: ResourceView, stack: StackView | None = None) -> SignedFunction:
    return SignedFunction(
        package_type=view.props.text("packageType"),
        config=view.props.text("codeSigningConfigArn"),
        in_stack=None if stack is None else bool(stack.linked(view, "codeSigningConfigArn", SIGNING_CONFIG)),
    )


def signing_attached_rule(view: ResourceView, _parameters: Parameters) -> Verdict:
    """L2."""
    return signing_attached(_signed(view))


def signing_enforced_rule(view: ResourceView, parameters: Parameters) -> Verdict:
    """L3a, from one resource."""
    return _signing_enforced(view, None, parameters)


def signing_enforced_in_stack(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    """L3a, with the configs that the stack declares."""
    return _signing_enforced(view, stack, parameters)


def _signing_enforced(view: ResourceView, stack: StackView | None, parameters: Parameters) -> Verdict:
    if view.type == SIGNING_CONFIG:
        return signing_enforced(view.props.text(_POLICY))
    return signing_config_known(
        _signed(view, stack), parameters.texts("signingConfigArns"), parameters.texts("ownAccounts")
    )


def _publisher_standard(parameters: Parameters) -> PublisherStandard:
    return PublisherStandard(
        profile_arns=parameters.texts("signingProfileArns"),
        own_accounts=parameters.texts("ownAccounts"),
        allow_stack_profiles=parameters.flag("allowStackProfiles"),
    )


def signing_publishers_listed(view: ResourceView, parameters: Parameters) -> Verdict:
    """L3b, from the config alone."""
    return publishers_listed(view.props.texts(_PUBLISHERS), None, _publisher_standard(parameters))


def signing_publishers_listed_in_stack(
    view: ResourceView, stack: StackView, parameters: Parameters
) -> Verdict:
    """L3b, with the profiles that the stack declares."""
    profiles = tuple(
        StackProfile(
            name=profile.name,
            platform=profile.props.text("platformId"),
            version_arn=profile.props.text("versionArn"),
        )
        for profile in stack.linked(view, "allowedPublishers", SIGNING_PROFILE)
    )
    return publishers_listed(view.props.texts(_PUBLISHERS), profiles, _publisher_standard(parameters))


def signing_artifact_signed(view: ResourceView, stack: StackView, _parameters: Parameters) -> Verdict:
    """L3c."""
    if view.props.text("packageType") == "Image":
        return not_applicable("container images cannot be signed")
    configs = stack.linked(view, "codeSigningConfigArn", SIGNING_CONFIG)
    policies = [config.props.text(_POLICY) for config in configs]
    if any(isinstance(policy, Unknown) for policy in policies):
        return undecided("codeSigningConfigArn")
    if "Enforce" not in policies:
        return not_applicable(
            "its signing config only warns" if configs else "no signing config in the stack"
        )
    layers = stack.linked(view, "layers", LAYER)
    return artifacts_signed(
        (
            _artifact("function", view, stack),
            *(_artifact(f"layer {layer.name}", layer, stack) for layer in layers),
        )
    )


def _artifact(label: str, view: ResourceView, stack: StackView) -> Artifact:
    bucket = view.props.has("s3Bucket") and view.props.has("s3Key")
    signed = bool(stack.linked(view, "s3Key", SIGNING_JOB))
    return Artifact(
        label=label, bucket=bucket, unique=bucket and (signed or view.props.has("s3ObjectVersion"))
    )


def _trusted(parameters: Parameters) -> tuple[str, ...]:
    names = ("ownAccounts", "trustedAccounts", "trustedLayerAccounts")
    return tuple(account for name in names for account in parameters.texts(name))


def layers_trusted(view: ResourceView, parameters: Parameters) -> Verdict:
    """L23, from the function alone."""
    return trusted_layers(_layered(view, parameters), _trusted(parameters))


def layers_trusted_in_stack(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    """L23, with the layers that the stack publishes."""
    return trusted_layers(_layered(view, parameters, stack), _trusted(parameters))


RULES: Final = (
    Rule(
        id="functions-layer-company-present",
        row="L1",
        title="Functions carry the company layer at its minimum version or newer.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        types=(FUNCTION,),
        reads=(LAYER, DISTRIBUTION),
        resource=layer_company_present,
        in_stack=layer_company_present_in_stack,
        remediate=add_company_layer,
        remediation="Add the company layer ARN, at least at its minimum version, to layers.",
        not_applicable="packageType Image; edge functions; no entry for the runtime",
        parameters={
            "companyLayers": COMPANY_LAYERS,
            "ownAccounts": OWN_ACCOUNTS,
            "edgeFunctions": EDGE_FUNCTIONS,
        },
    ),
    Rule(
        id="functions-signing-attached",
        row="L2",
        title="Functions have a code signing config.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        types=(FUNCTION,),
        resource=signing_attached_rule,
        remediation="Create a code signing config and set codeSigningConfigArn.",
        not_applicable="packageType Image (images cannot be signed)",
        references=("≈CKV_AWS_272",),
    ),
    Rule(
        id="functions-signing-enforced",
        row="L3a",
        title="Code signing configs refuse untrusted code.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        types=(SIGNING_CONFIG, FUNCTION),
        resource=signing_enforced_rule,
        in_stack=signing_enforced_in_stack,
        remediation="Set policies.untrustedArtifactOnDeployment to Enforce, or use a listed config.",
        not_applicable="packageType Image; functions without a config",
        parameters={"signingConfigArns": SIGNING_CONFIG_ARNS, "ownAccounts": OWN_ACCOUNTS},
    ),
    Rule(
        id="functions-signing-publishers-listed",
        row="L3b",
        title="Code signing configs trust listed publishers only.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        types=(SIGNING_CONFIG,),
        reads=(SIGNING_PROFILE,),
        resource=signing_publishers_listed,
        in_stack=signing_publishers_listed_in_stack,
        remediation="Allow only approved signing profile versions.",
        parameters={
            "signingProfileArns": SIGNING_PROFILE_ARNS,
            "ownAccounts": OWN_ACCOUNTS,
            "allowStackProfiles": Parameter(
                meaning="Signing profiles of the stack itself may publish.", kind="boolean", default=True
            ),
        },
    ),
    Rule(
        id="functions-signing-artifact-signed",
        row="L3c",
        title="Code under an enforcing signing config comes from a signed object.",
        severity=Severity.MEDIUM,
        level=Level.ADVISORY,
        types=(FUNCTION,),
        reads=(LAYER, SIGNING_CONFIG, SIGNING_JOB),
        in_stack=signing_artifact_signed,
        remediation=(
            "Deploy the signed object: set s3Bucket and s3Key (and s3ObjectVersion outside a signing job)."
        ),
        not_applicable="packageType Image; a signing config that warns or lies outside the stack",
    ),
    Rule(
        id="functions-layers-trusted",
        row="L23",
        title="Functions use layers of trusted accounts only.",
        severity=Severity.HIGH,
        level=Level.MANDATORY,
        types=(FUNCTION,),
        reads=(LAYER,),
        resource=layers_trusted,
        in_stack=layers_trusted_in_stack,
        remediation="Use layers of trusted accounts only.",
        not_applicable="no layers; packageType Image",
        parameters={
            "ownAccounts": OWN_ACCOUNTS,
            "trustedAccounts": TRUSTED_ACCOUNTS,
            "trustedLayerAccounts": Parameter(
                meaning="Further accounts whose layers may be used, such as those of AWS.",
                kind="array",
                default=[],
            ),
        },
    ),
)
