"""Certificates, firewalls, identity pools and configuration rules."""

from __future__ import annotations

from typing import Final

from pavedroad.provider.predict.row import Row

ROWS: Final[dict[str, Row]] = {
    "aws:acm/certificate:Certificate": Row(
        id="{arn}", outputs={"arn": "arn:{@partition}:acm:{@region}:{@account}:certificate/{@uuid}"}
    ),
    "aws:acmpca/certificateAuthority:CertificateAuthority": Row(
        id="{arn}",
        outputs={"arn": "arn:{@partition}:acm-pca:{@region}:{@account}:certificate-authority/{@uuid}"},
        defaults={
            "enabled": True,
            "keyStorageSecurityStandard": "FIPS_140_2_LEVEL_3_OR_HIGHER",
            "type": "SUBORDINATE",
        },
    ),
    "aws:cfg/rule:Rule": Row(
        id="{name}",
        outputs={
            "ruleId": "config-rule-{@alnum6}",
            "arn": "arn:{@partition}:config:{@region}:{@account}:config-rule/{ruleId}",
        },
    ),
    "aws:cfg/conformancePack:ConformancePack": Row(
        id="{name}",
        outputs={
            "arn": (
                "arn:{@partition}:config:{@region}:{@account}:conformance-pack/{name}/conformance-pack-{@alnum9}"
            )
        },
    ),
    "aws:cognito/userPool:UserPool": Row(
        id="{@region}_{@alnum9}",
        outputs={
            "arn": "arn:{@partition}:cognito-idp:{@region}:{@account}:userpool/{@region}_{@alnum9}",
            "endpoint": "cognito-idp.{@region}.{@suffix}/{@region}_{@alnum9}",
        },
    ),
    "aws:cognito/userPoolClient:UserPoolClient": Row(id="{@alnum26}"),
    "aws:wafv2/webAcl:WebAcl": Row(
        id="{@uuid}",
        outputs={"arn": "arn:{@partition}:wafv2:{@region}:{@account}:regional/webacl/{name}/{@uuid}"},
    ),
    "aws:route53/zone:Zone": Row(
        id="Z{@ALNUM20}",
        outputs={"zoneId": "Z{@ALNUM20}", "arn": "arn:{@partition}:route53:::hostedzone/Z{@ALNUM20}"},
        defaults={"comment": "Managed by Pulumi", "forceDestroy": False},
    ),
}
