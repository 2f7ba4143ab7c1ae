"""Cases of the rules on CloudFront."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules.cdn import CDN_VIEWER_TLS_MODERN, DISTRIBUTION, MULTITENANT
from tests.support.policies import Computed, Data, Mode, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping

ACM: Final = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d"
KEY: Final = ("viewerCertificate",)


def _case(  # one field of a compliant certificate is changed at a time
    name: str,
    certificate: Data,
    *,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
    modes: tuple[Mode, ...] = tuple(Mode),
    kind: str = DISTRIBUTION,
) -> Case:
    props = {"enabled": True} if certificate is None else {"enabled": True, "viewerCertificate": certificate}
    return Case(
        rule=CDN_VIEWER_TLS_MODERN,
        name=name,
        resources=(Res(type=kind, name="shop", props=props),),
        keys=keys,
        undecided=undecided,
        says=says,
        parameters=parameters or {},
        modes=modes,
    )


def certificate(version: Data = "TLSv1.2_2021", **more: Data) -> dict[str, Data]:
    return {
        "acmCertificateArn": ACM,
        "sslSupportMethod": "sni-only",
        "minimumProtocolVersion": version,
        **more,
    }


CASES: Final = (
    _case("the minimum passes", certificate()),
    _case("newer than the minimum passes", certificate("TLSv1.2_2025")),
    _case("the newest passes", certificate("TLSv1.3_2025")),
    _case("the certificate ARN does not matter", certificate(acmCertificateArn=Computed())),
    _case("default certificate written as false passes", certificate(cloudfrontDefaultCertificate=False)),
    _case("a multi-tenant distribution passes", certificate(), kind=MULTITENANT),
    _case(
        "just below the minimum fails",
        certificate("TLSv1.2_2019"),
        keys=KEY,
        says=(
            "shop (aws:cloudfront/distribution:Distribution):",
            "viewerCertificate.minimumProtocolVersion is",
            "TLSv1.2_2019; TLSv1.2_2021 or newer is required.",
            "Use an ACM certificate",
        ),
    ),
    _case("a multi-tenant distribution fails", certificate("TLSv1.1_2016"), keys=KEY, kind=MULTITENANT),
    _case("an unlisted name fails", certificate("TLSv1.2_2031"), keys=KEY),
    _case(
        "a configured minimum is a boundary: below",
        certificate(),
        keys=KEY,
        parameters={"minimum": "TLSv1.2_2025"},
    ),
    _case(
        "a configured minimum is a boundary: at",
        certificate("TLSv1.2_2025"),
        parameters={"minimum": "TLSv1.2_2025"},
    ),
    _case(
        "no version means TLSv1", {"acmCertificateArn": ACM}, keys=KEY, says=("not set, which means TLSv1",)
    ),
    _case("no certificate block means TLSv1", None, keys=KEY),
    _case("an empty block is no block", {}, keys=KEY),
    _case(
        "the default certificate means TLSv1 whatever the version",
        certificate("TLSv1.3_2025", cloudfrontDefaultCertificate=True),
        keys=KEY,
        says=("cloudfrontDefaultCertificate is true",),
    ),
    _case(
        "the default certificate as text is seen",
        {"cloudfrontDefaultCertificate": "true"},
        keys=KEY,
        says=("cloudfrontDefaultCertificate is true",),
    ),
    _case("an unknown version is undecided", certificate(Computed()), undecided=("minimumProtocolVersion",)),
    _case(
        "a computed version is known in predicted mode",
        certificate(Computed("TLSv1")),
        keys=KEY,
        modes=(Mode.PREDICTED,),
    ),
    _case("an unknown block is undecided", Computed(), undecided=("minimumProtocolVersion",)),
    _case(
        "an unknown default certificate is undecided",
        certificate(cloudfrontDefaultCertificate=Computed()),
        undecided=("cloudfrontDefaultCertificate",),
    ),
    _case(
        "an unknown hides no finding",
        certificate("TLSv1", cloudfrontDefaultCertificate=Computed()),
        keys=KEY,
        undecided=("cloudfrontDefaultCertificate",),
    ),
)
