"""Type tokens and property names of the rules against the installed AWS SDK: a misspelt one never matches."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Final, cast

import pytest

from policies.rules import api, cdn, iam, kafka
from tests.support import api_cases, cdn_cases, iam_cases, kafka_cases

if TYPE_CHECKING:
    import pulumi

    from tests.support.rule_cases import Case

# The SDK's own package of Lambda declares a deprecated class while it is imported.
pytestmark = pytest.mark.filterwarnings("ignore:aws.lambda/microvmsimage:DeprecationWarning")

RULES: Final = (*api.RULES, *iam.RULES, *kafka.RULES, *cdn.RULES)
TOKENS: Final = sorted({token for rule in RULES for token in (*rule.types, *rule.reads)})
CASES: Final[tuple[Case, ...]] = (
    *api_cases.CASES,
    *iam_cases.CASES,
    *kafka_cases.CASES,
    *cdn_cases.CASES,
)
# Resources that a case holds to show that the rules look past them.
STRANGERS: Final = ("clientCertificateId",)
PROPERTIES: Final = sorted(
    {
        (item.type, name)
        for case in CASES
        for item in case.resources
        if item.type in TOKENS
        for name in item.props
        if name not in STRANGERS
    }
)


def resource_class(token: str) -> type[pulumi.CustomResource]:
    """The SDK's class of a token, which says the token itself."""
    package, name = re.fullmatch(r"aws:(\w+)/\w+:(\w+)", token).groups()  # pyright: ignore[reportOptionalMemberAccess] - a wrong form fails the test
    module = importlib.import_module(f"pulumi_aws.{'lambda_' if package == 'lambda' else package}")
    return cast("type[pulumi.CustomResource]", getattr(module, name))


def wire_names(described: type[object]) -> set[str]:
    """The names on the wire of a class's properties."""
    members = vars(described).items()
    return {
        str(getattr(member.fget, "_pulumi_name", name))
        for name, member in members
        if isinstance(member, property)
    }


@pytest.mark.parametrize("token", TOKENS)
def test_the_sdk_knows_the_type(token: str) -> None:
    assert vars(resource_class(token))["pulumi_type"] == token


@pytest.mark.parametrize(("token", "name"), PROPERTIES)
def test_the_sdk_knows_the_property(token: str, name: str) -> None:
    assert name in wire_names(resource_class(token))


# Nested properties that the rules read, by the SDK's input class.
NESTED: Final = (
    ("apigateway", "DomainNameEndpointConfigurationArgs", "types"),
    ("apigateway", "DomainNameMutualTlsAuthenticationArgs", "truststoreUri"),
    ("apigateway", "DomainNameMutualTlsAuthenticationArgs", "truststoreVersion"),
    ("apigateway", "RestApiEndpointConfigurationArgs", "types"),
    ("apigatewayv2", "DomainNameDomainNameConfigurationArgs", "securityPolicy"),
    ("apigatewayv2", "DomainNameDomainNameConfigurationArgs", "endpointType"),
    ("apigatewayv2", "DomainNameMutualTlsAuthenticationArgs", "truststoreUri"),
    ("apigatewayv2", "AuthorizerJwtConfigurationArgs", "issuer"),
    ("apigatewayv2", "AuthorizerJwtConfigurationArgs", "audiences"),
    ("apigatewayv2", "RoutingRuleActionArgs", "invokeApi"),
    ("apigatewayv2", "RoutingRuleActionInvokeApiArgs", "apiId"),
    ("msk", "ClusterClientAuthenticationArgs", "tls"),
    ("msk", "ClusterClientAuthenticationArgs", "sasl"),
    ("msk", "ClusterClientAuthenticationArgs", "unauthenticated"),
    ("msk", "ClusterClientAuthenticationTlsArgs", "certificateAuthorityArns"),
    ("msk", "ClusterClientAuthenticationSaslArgs", "iam"),
    ("msk", "ClusterClientAuthenticationSaslArgs", "scram"),
    ("msk", "ClusterEncryptionInfoArgs", "encryptionInTransit"),
    ("msk", "ClusterEncryptionInfoEncryptionInTransitArgs", "clientBroker"),
    ("lambda_", "EventSourceMappingSourceAccessConfigurationArgs", "type"),
    ("lambda_", "EventSourceMappingSourceAccessConfigurationArgs", "uri"),
    ("cloudfront", "DistributionViewerCertificateArgs", "minimumProtocolVersion"),
    ("cloudfront", "DistributionViewerCertificateArgs", "cloudfrontDefaultCertificate"),
    ("cloudfront", "MultitenantDistributionViewerCertificateArgs", "minimumProtocolVersion"),
    ("cloudfront", "MultitenantDistributionViewerCertificateArgs", "cloudfrontDefaultCertificate"),
)


@pytest.mark.parametrize(("package", "name", "member"), NESTED)
def test_the_sdk_knows_the_nested_property(package: str, name: str, member: str) -> None:
    assert member in wire_names(getattr(importlib.import_module(f"pulumi_aws.{package}"), name))
