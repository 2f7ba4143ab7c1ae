"""The rule on the default endpoint of an API behind a custom domain: A4.

A mapping leads to its API by what its properties depend on; a dependency on a stage or deployment of the
API leads there as well. A mapping is a subject of its own only as far as it cannot be followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.domains import Binding, BoundApiFacts, default_endpoint_disabled
from guardrails.tls import ApiKind
from guardrails.verdict import PASS, UNKNOWN, Unknown, Verdict, not_applicable, undecided
from policies.kit.parameters import Parameter
from policies.kit.rule import Level, Rule, Severity
from policies.rules.api.tokens import (
    HTTP_API,
    HTTP_DEPLOYMENT,
    HTTP_DOMAIN,
    HTTP_MAPPING,
    HTTP_STAGE,
    REST_API,
    REST_DEPLOYMENT,
    REST_DOMAIN,
    REST_MAPPING,
    REST_STAGE,
    ROUTING_RULE,
)

if TYPE_CHECKING:
    from policies.kit.parameters import Parameters
    from policies.kit.views import ResourceView, StackView

_APIS: Final = (REST_API, HTTP_API)
# A mapping's own property that names the API, and the same of what stands between a mapping and its API.
_REFERENCE: Final = {
    REST_MAPPING: "restApi",
    HTTP_MAPPING: "apiId",
    ROUTING_RULE: "actions",
    REST_STAGE: "restApi",
    REST_DEPLOYMENT: "restApi",
    HTTP_STAGE: "apiId",
    HTTP_DEPLOYMENT: "apiId",
}
_MAPPINGS: Final = (REST_MAPPING, HTTP_MAPPING, ROUTING_RULE)
_BETWEEN: Final = (REST_STAGE, REST_DEPLOYMENT, HTTP_STAGE, HTTP_DEPLOYMENT)


def _default_endpoint(view: ResourceView, stack: StackView, parameters: Parameters) -> Verdict:
    if view.type in _MAPPINGS:
        return _followed(view, stack)
    rest = view.type == REST_API
    facts = BoundApiFacts(
        kind=ApiKind.REST if rest else ApiKind.HTTP,
        endpoint_type=view.props.text("endpointConfiguration.types"),
        disabled=view.props.flag("disableExecuteApiEndpoint"),
        bindings=tuple(
            _binding(mapping, stack) for mapping in stack.of_type(*_MAPPINGS) if view in _apis(mapping, stack)
        ),
    )
    return default_endpoint_disabled(facts, always=parameters.flag("requireAlways"))


def _followed(mapping: ResourceView, stack: StackView) -> Verdict:
    """The verdict on a mapping itself: the API carries it, unless the mapping leads nowhere."""
    if _apis(mapping, stack):
        return PASS
    unknown = _unknown_references(mapping)
    return undecided(*unknown) if unknown else not_applicable("the API lies outside the stack")


def _apis(resource: ResourceView, stack: StackView) -> tuple[ResourceView, ...]:
    """The in-stack APIs that a mapping refers to, directly or through a stage or deployment."""
    reference = _REFERENCE[resource.type]
    direct = stack.linked(resource, reference, *_APIS)
    between = stack.linked(resource, reference, *_BETWEEN)
    return (*direct, *(api for step in between for api in stack.linked(step, _REFERENCE[step.type], *_APIS)))


def _unknown_references(mapping: ResourceView) -> tuple[str, ...]:
    """Paths of the API ids that are not known yet."""
    reference = _REFERENCE[mapping.type]
    if mapping.type != ROUTING_RULE:
        return (reference,) if mapping.props.is_unknown(reference) else ()
    actions = mapping.props.items(reference)
    if isinstance(actions, Unknown):
        return (reference,)
    ids = (action.at("invokeApi.apiId") for action in actions)
    return tuple(node.path for node in ids if node.unknown)


def _binding(mapping: ResourceView, stack: StackView) -> Binding:
    name = mapping.props.text("domainName")
    domains = stack.linked(mapping, "domainName", REST_DOMAIN, HTTP_DOMAIN) or tuple(
        domain
        for domain in stack.of_type(REST_DOMAIN, HTTP_DOMAIN)
        if isinstance(name, str) and domain.props.text("domainName") == name
    )
    if not domains:
        return Binding(domain=name if isinstance(name, str) else "a custom domain", mutual_tls=UNKNOWN)
    guarded = any(domain.props.has("mutualTlsAuthentication.truststoreUri") for domain in domains)
    return Binding(domain=name if isinstance(name, str) else domains[0].name, mutual_tls=guarded)


API_DEFAULT_ENDPOINT_DISABLED: Final = Rule(
    id="api-default-endpoint-disabled",
    row="A4",
    title="An API behind a custom domain has its default execute-api endpoint disabled.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(*_APIS, *_MAPPINGS),
    reads=(REST_DOMAIN, HTTP_DOMAIN, *_BETWEEN),
    in_stack=_default_endpoint,
    remediation="Set disableExecuteApiEndpoint to true.",
    not_applicable="no mapping in the stack (unless requireAlways); PRIVATE REST API",
    parameters={
        "requireAlways": Parameter(
            meaning="Demand it of APIs without a custom domain as well.", kind="boolean", default=False
        )
    },
)
