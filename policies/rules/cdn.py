"""Rules on CloudFront distributions: transport security towards viewers (F1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.cdn import VIEWER_POLICIES, ViewerFacts, viewer_tls_modern
from policies.kit.parameters import Parameter
from policies.kit.rule import Level, Rule, Severity

if TYPE_CHECKING:
    from guardrails.verdict import Verdict
    from policies.kit.parameters import Parameters
    from policies.kit.views import ResourceView

DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
MULTITENANT: Final = "aws:cloudfront/multitenantDistribution:MultitenantDistribution"


def _viewer_tls(view: ResourceView, parameters: Parameters) -> Verdict:
    certificate = view.props.at("viewerCertificate")
    facts = ViewerFacts(
        default_certificate=certificate.flag("cloudfrontDefaultCertificate"),
        minimum_version=certificate.text("minimumProtocolVersion"),
    )
    return viewer_tls_modern(facts, parameters.text("minimum"))


CDN_VIEWER_TLS_MODERN: Final = Rule(
    id="cdn-viewer-tls-modern",
    row="F1",
    title="A distribution holds its viewers to TLS 1.2 of the year 2021 or newer.",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    types=(DISTRIBUTION, MULTITENANT),
    resource=_viewer_tls,
    remediation="Use an ACM certificate and TLSv1.2_2021 or newer.",
    references=(
        "≈CKV_AWS_174",
        "≈AVD-AWS-0013",
        "nag:CloudFrontDistributionHttpsViewerNoOutdatedSSL (CFR4)",
        "≈guard:CLOUDFRONT_MINIMUM_PROTOCOL_VERSION_RULE",
        "Config:CLOUDFRONT_SECURITY_POLICY_CHECK",
        "Config:CLOUDFRONT_SSL_POLICY_CHECK",
        "SH CloudFront.15",
        "≈CP",
    ),
    parameters={
        "minimum": Parameter(
            meaning="The weakest accepted security policy.",
            kind="string",
            default=VIEWER_POLICIES[0],
            allowed=VIEWER_POLICIES,
        )
    },
)

RULES: Final[tuple[Rule, ...]] = (CDN_VIEWER_TLS_MODERN,)
