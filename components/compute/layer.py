"""The company layer: the run-time library of every function, signed like the functions themselves.

Old versions stay when a new one is published, because functions that run keep naming theirs. The description
is the content hash: equal content makes no new version.
Left out: sharing with other accounts, other Regions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_aws import lambda_

from components._base import Component
from components._naming import company_name
from components._packaging import layer_archive
from components.compute.runtime import ARCHITECTURE, RUNTIMES
from components.compute.signed_code import add_signed_code

if TYPE_CHECKING:
    from pulumi import Input, Output, ResourceOptions

    from components._naming import Scope

COMPANY_LAYER: Final = "company"


@dataclass(frozen=True, kw_only=True)
class CompanyLayerArgs:
    """What the layer needs.

    Attributes:
        scope: Where it lives; the layer is named `<project>-company` in every environment.
        artifact_bucket_name: Versioned bucket for the archive.
        signing_profile_name: Profile that signs it.
    """

    scope: Scope
    artifact_bucket_name: Input[str]
    signing_profile_name: Input[str]


class CompanyLayer(Component):
    """One version of the company layer.

    Attributes:
        arn: ARN with the version; AWS counts versions, so it is known after publishing only.
    """

    TYPE = "pavedroad:compute:CompanyLayer"

    arn: Output[str]

    def __init__(self, name: str, args: CompanyLayerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        code = add_signed_code(
            self,
            name,
            layer_archive(),
            bucket_name=args.artifact_bucket_name,
            profile_name=args.signing_profile_name,
        )
        version = lambda_.LayerVersion(
            name,
            layer_name=company_name(args.scope, COMPANY_LAYER),
            description=f"sha256 {code.digest}",
            s3_bucket=code.bucket,
            s3_key=code.key,
            compatible_runtimes=list(RUNTIMES),
            # Pure Python serves both architectures.
            compatible_architectures=[ARCHITECTURE, "x86_64"],
            skip_destroy=True,
            opts=self.child(),
        )
        self.arn = version.arn
        self.finish({"arn": self.arn})
