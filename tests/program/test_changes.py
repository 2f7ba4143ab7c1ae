"""One line changed in our own program or settings, and the standards refuse the plan, in both modes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.program import change, copy_program, preview

if TYPE_CHECKING:
    from pathlib import Path

RULE: Final = "functions-layer-company-present"
MODES: Final = {"predicted": (), "unknown": ("--unknown-outputs",)}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A changed line and the violation it must make.

    Attributes:
        file: File below the program's folder.
        old: The line's text.
        new: What stands there instead.
        rule: Rule that refuses it.
        subject: End of the subjects it names.
        fact: Words of the fact.
        requirement: Words of the requirement.
        remedy: Words of the remedy.
    """

    file: str
    old: str
    new: str
    rule: str
    subject: str
    fact: str
    requirement: str
    remedy: str


CHANGES: Final = {
    "company layer removed": Change(
        file="components/compute/function.py",
        old="layers=[platform.company_layer_arn, *args.layers],",
        new="layers=[*args.layers],",
        rule="functions-layer-company-present",
        subject="(aws:lambda/function:Function)",
        fact="layer",
        requirement="pavedroad-company",
        remedy="layers",
    ),
    "code signing removed": Change(
        file="components/compute/function.py",
        old="code_signing_config_arn=platform.code_signing_config_arn,",
        new="",
        rule="functions-signing-attached",
        subject="(aws:lambda/function:Function)",
        fact="codeSigningConfigArn",
        requirement="required",
        remedy="code signing config",
    ),
    "code signing only warns": Change(
        file="components/governance/signing.py",
        old='"untrusted_artifact_on_deployment": "Enforce"',
        new='"untrusted_artifact_on_deployment": "Warn"',
        rule="functions-signing-enforced",
        subject="(aws:lambda/codeSigningConfig:CodeSigningConfig)",
        fact="Warn",
        requirement="Enforce",
        remedy="Enforce",
    ),
    "role without boundary": Change(
        file="components/governance/role.py",
        old="permissions_boundary=platform.boundary_arn,",
        new="",
        rule="iam-role-boundary-attached",
        subject="(aws:iam/role:Role)",
        fact="permissionsBoundary",
        requirement="boundary",
        remedy="boundary",
    ),
    "role name without prefix": Change(
        file="components/governance/role.py",
        old="role_name = physical_name(platform.scope, physical, Kind.ROLE)",
        new='role_name = f"app-{physical}"',
        rule="iam-role-name-prefixed",
        subject="(aws:iam/role:Role)",
        fact="app-",
        requirement="pavedroad-dev-",
        remedy="prefix",
    ),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CHANGES)
def test_one_changed_line_ends_the_preview_5(name: str, mode: str, tmp_path: Path) -> None:
    expected = CHANGES[name]
    program = copy_program(tmp_path)
    change(program / expected.file, expected.old, expected.new)

    found = preview(*MODES[mode], cwd=program)

    assert found.exit_code == 5, found.stderr or found.stdout[-2000:]
    assert {v["policyName"].removesuffix("-in-stack") for v in found.violations if v["mandatory"]} == {
        expected.rule
    }
    for violation in found.violations:
        assert violation["subject"].endswith(expected.subject)
        assert expected.fact in violation["fact"]
        assert expected.requirement in violation["requirement"]
        assert expected.remedy in violation["remedy"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("version", "code"), [(9, 5), (10, 0)])
def test_an_external_layer_below_the_minimum_ends_the_preview_5(
    version: int, code: int, mode: str, tmp_path: Path
) -> None:
    program = copy_program(tmp_path)
    layer = f"arn:aws:lambda:eu-west-1:111122223333:layer:pavedroad-company:{version}"
    file = program / "Pulumi.dev.yaml"
    file.write_text(
        f"{file.read_text()}  pavedroad:foundation: {{company_layer_arn: '{layer}'}}\n", encoding="utf-8"
    )
    # Ten, so that a comparison of texts would take version 9 for newer.
    wanted = [{"name": "pavedroad-company", "account": "111122223333", "minimumVersion": 10}]
    config = tmp_path / "minimum.json"
    config.write_text(
        json.dumps({RULE: {"companyLayers": wanted}, f"{RULE}-in-stack": {"companyLayers": wanted}})
    )

    found = preview("--policy-pack-config", str(config), *MODES[mode], cwd=program)

    assert found.exit_code == code, found.stderr or found.stdout[-2000:]
    assert len(found.violations) == (5 if code else 0)
    for violation in found.violations:
        assert violation["policyName"].removesuffix("-in-stack") == RULE
        assert violation["subject"].endswith("(aws:lambda/function:Function)")
        assert "version 9" in violation["fact"]
        assert "10" in violation["requirement"]
        assert "layer:pavedroad-company:10" in violation["remedy"]
