"""Each thing that the standards refuse makes the preview end 5, whichever way outputs are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest

from tests.support.program import PACK, ROOT, preview, run

MODES: Final = {"predicted": (), "unknown": ("--unknown-outputs",)}
SMALL: Final = ROOT / "tests" / "program" / "fixtures" / "violations"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A violation as it must be told.

    Attributes:
        rule: Rule id.
        subject: Logical name and type.
        fact: Words of the fact.
        requirement: Words of the requirement.
        remedy: Words of the remedy.
    """

    rule: str
    subject: str
    fact: str
    requirement: str
    remedy: str


SMALL_CASES: Final = {
    "distribution_tls": Expected(
        rule="cdn-viewer-tls-modern",
        subject="shop (aws:cloudfront/distribution:Distribution)",
        fact="TLSv1.1_2016",
        requirement="TLSv1.2_2021",
        remedy="TLSv1.2_2021",
    ),
    "domain_tls": Expected(
        rule="api-domain-tls-modern",
        subject="orders (aws:apigateway/domainName:DomainName)",
        fact="TLS_1_0",
        requirement="TLS_1_2",
        remedy="securityPolicy",
    ),
    "domain_mutual_tls": Expected(
        rule="api-domain-mutual-tls",
        subject="orders (aws:apigatewayv2/domainName:DomainName)",
        fact="truststore",
        requirement="required",
        remedy="mutualTlsAuthentication.truststoreUri",
    ),
    "route_open": Expected(
        rule="api-route-authorised",
        subject="list-orders (aws:apigatewayv2/route:Route)",
        fact="NONE",
        requirement="JWT",
        remedy="authoriser",
    ),
    "cluster_plaintext": Expected(
        rule="kafka-client-tls-only",
        subject="events (aws:msk/cluster:Cluster)",
        fact="TLS_PLAINTEXT",
        requirement="TLS",
        remedy="clientBroker",
    ),
    "cluster_unauthenticated": Expected(
        rule="kafka-unauthenticated-refused",
        subject="events (aws:msk/cluster:Cluster)",
        fact="unauthenticated",
        requirement="authent",
        remedy="unauthenticated",
    ),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", SMALL_CASES)
def test_a_resource_that_the_standards_refuse_ends_the_preview_5(case: str, mode: str) -> None:
    expected = SMALL_CASES[case]

    found = preview(*MODES[mode], cwd=SMALL, env={"VIOLATION": case})

    assert found.exit_code == 5, found.stderr or found.stdout[-2000:]
    assert {v["policyName"].removesuffix("-in-stack") for v in found.violations if v["mandatory"]} == {
        expected.rule
    }
    violation = found.violation_of(expected.rule)
    assert violation["subject"] == expected.subject
    assert expected.fact in violation["fact"]
    assert expected.requirement in violation["requirement"]
    assert expected.remedy in violation["remedy"]


def test_a_refused_plan_reads_as_what_is_and_what_to_do() -> None:
    arguments = ("preview", "--stack", "dev", "--policy-pack", str(PACK))

    found = run(*arguments, cwd=SMALL, env={"VIOLATION": "route_open", "COLUMNS": "80"})

    assert found.exit_code == 5
    assert found.stderr == ""
    assert "\x1b" not in found.stdout
    lines = [line.strip() for line in found.stdout.splitlines()]
    assert all(len(line) <= 80 for line in found.stdout.splitlines())
    start = lines.index("Policy violations (1)")
    assert lines[start + 1] == "critical, mandatory (1)"
    assert lines[start + 2].startswith("list-orders (aws:apigatewayv2/route:Route)  api-route-authorised")
    labels = [line.split("  ")[0] for line in lines[start + 3 : start + 12]]
    assert [label for label in labels if label in ("fact", "requirement", "remedy", "key")] == [
        "fact",
        "requirement",
        "remedy",
        "key",
    ]
    assert lines[-1] == "Result     refused: a mandatory policy is violated"
