"""Cases of the rules on code signing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules.functions import (
    FUNCTION,
    LAYER,
    RULES,
    SIGNING_CONFIG,
    SIGNING_JOB,
    SIGNING_PROFILE,
)
from tests.support.policies import Computed, Data, Res
from tests.support.rule_cases import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policies.kit.rule import Rule

OWN: Final = "111122223333"
OTHER: Final = "999988887777"
CONFIG: Final = f"arn:aws:lambda:eu-west-1:{OWN}:code-signing-config:csc-0123456789abcdef0"
FOREIGN: Final = f"arn:aws:lambda:eu-west-1:{OTHER}:code-signing-config:csc-0123456789abcdef0"
PROFILE: Final = f"arn:aws:signer:eu-west-1:{OWN}:/signing-profiles/team_one/Ab1"
LISTED: Final = f"arn:aws:signer:eu-west-1:{OWN}:/signing-profiles/platform_one/Ab1"
STRANGE: Final = f"arn:aws:signer:eu-west-1:{OTHER}:/signing-profiles/platform_one/Ab1"
PLATFORM: Final = "AWSLambda-SHA384-ECDSA"
PARAMETERS: Final[Mapping[str, Data]] = {
    "ownAccounts": [OWN],
    "signingProfileArns": [f"arn:aws:signer:*:{OWN}:/signing-profiles/platform_*"],
}
_RULES: Final[Mapping[str, Rule]] = {rule.row: rule for rule in RULES}


def function(depends: Mapping[str, Sequence[str]] | None = None, **props: Data) -> Res:
    return Res(type=FUNCTION, name="orders-api", props={"handler": "a.b", **props}, depends=depends or {})


def config(
    policy: Data = "Enforce", publishers: Data = (LISTED,), depends: Sequence[str] = (), name: str = "signing"
) -> Res:
    props: dict[str, Data] = {"allowedPublishers": {"signingProfileVersionArns": publishers}}
    if policy is not None:
        props["policies"] = {"untrustedArtifactOnDeployment": policy}
    return Res(
        type=SIGNING_CONFIG,
        name=name,
        props=props,
        depends={"allowedPublishers": depends} if depends else {},
    )


def profile(platform: Data = PLATFORM, version: Data = None, name: str = "profile") -> Res:
    return Res(
        type=SIGNING_PROFILE,
        name=name,
        props={"platformId": platform},
        outputs={"versionArn": Computed(version)},
    )


def signed(*links: str, **props: Data) -> Res:
    """A function under the stack's config; links name properties that depend on the signing job."""
    depends = {"codeSigningConfigArn": ["signing"], **{link: ["job"] for link in links}}
    return function(depends, codeSigningConfigArn=Computed(CONFIG), **props)


def layered(*links: str, **props: Data) -> tuple[Res, Res]:
    """A layer, and a signed function that carries it."""
    layer = Res(type=LAYER, name="base", props=props, depends={link: ["job"] for link in links})
    depends = {"codeSigningConfigArn": ["signing"], "layers": ["base"], "s3Key": ["job"]}
    code = {"s3Bucket": "b", "s3Key": Computed("signed/x")}
    return layer, function(depends, codeSigningConfigArn=Computed(CONFIG), layers=[Computed()], **code)


def _case(
    row: str,
    name: str,
    *resources: Res,
    keys: tuple[str, ...] = (),
    undecided: tuple[str, ...] = (),
    not_applicable: str = "",
    says: tuple[str, ...] = (),
    parameters: Mapping[str, Data] | None = None,
) -> Case:
    return Case(
        rule=_RULES[row],
        name=name,
        resources=resources,
        keys=keys,
        undecided=undecided,
        not_applicable=not_applicable,
        says=says,
        parameters={**PARAMETERS, **(parameters or {})},
    )


JOB: Final = Res(type=SIGNING_JOB, name="job")

UNSIGNED_TEXT: Final = (
    "orders-api (aws:lambda/function:Function): codeSigningConfigArn is not set; the ARN of a code signing "
    "config is required. Create a code signing config and set codeSigningConfigArn. [signing:config]"
)
WARN_TEXT: Final = (
    "signing (aws:lambda/codeSigningConfig:CodeSigningConfig): policies.untrustedArtifactOnDeployment is "
    "Warn; Enforce is required."
)

ATTACHED_CASES: Final = (
    _case("L2", "a config passes", function(codeSigningConfigArn=CONFIG)),
    _case("L2", "a config of another partition passes",
          function(codeSigningConfigArn=CONFIG.replace("arn:aws:", "arn:aws-us-gov:"))),
    _case("L2", "presence decides: an unknown config passes", function(codeSigningConfigArn=Computed())),
    _case("L2", "no config", function(), keys=("signing:config",), says=(UNSIGNED_TEXT,)),
    _case("L2", "an empty config is none", function(codeSigningConfigArn=""), keys=("signing:config",)),
    _case("L2", "any other text", function(codeSigningConfigArn="yes"), keys=("signing:config",),
          says=("codeSigningConfigArn is yes",)),
    _case("L2", "a wrong number is seen", function(codeSigningConfigArn=7), keys=("signing:config",)),
    _case("L2", "the ARN of something else", function(codeSigningConfigArn=LISTED), keys=("signing:config",)),
    _case("L2", "an unknown package type", function(packageType=Computed()), undecided=("packageType",)),
    _case("L2", "an unknown package type with a config", function(packageType=Computed(),
          codeSigningConfigArn=CONFIG)),
    _case("L2", "container image", function(packageType="Image"), not_applicable="cannot be signed"),
)  # fmt: skip

ENFORCED_CASES: Final = (
    _case("L3a", "Enforce passes", config()),
    _case("L3a", "Warn fails", config("Warn"), keys=("signing:policy",), says=(WARN_TEXT,)),
    _case("L3a", "no policy means Warn", config(None), keys=("signing:policy",), says=("which means Warn",)),
    _case("L3a", "another text fails", config("enforce"), keys=("signing:policy",)),
    _case("L3a", "an unknown policy is undecided", config(Computed()),
          undecided=("untrustedArtifactOnDeployment is not known",)),
    _case("L3a", "a function under the stack's config passes", config(), signed()),
    _case("L3a", "a function under a listed config passes", function(codeSigningConfigArn=FOREIGN),
          parameters={"signingConfigArns": [FOREIGN]}),
    _case("L3a", "a config of another account fails", function(codeSigningConfigArn=FOREIGN),
          keys=("signing:foreign-config",), says=("which is not of this stack",)),
    _case("L3a", "an unlisted config of the own account fails", function(codeSigningConfigArn=CONFIG),
          keys=("signing:foreign-config",)),
    _case("L3a", "an unknown config that is not of the stack is undecided",
          function(codeSigningConfigArn=Computed()), undecided=("codeSigningConfigArn is not known",)),
    _case("L3a", "strict: an unknown config is a violation", function(codeSigningConfigArn=Computed()),
          keys=("undecided:codeSigningConfigArn",), parameters={"strict": True}),
    _case("L3a", "config and function are both judged", config("Warn"),
          function(codeSigningConfigArn=FOREIGN), keys=("signing:policy", "signing:foreign-config")),
    _case("L3a", "no config", function(), not_applicable="no code signing config"),
    _case("L3a", "container image", function(packageType="Image", codeSigningConfigArn=FOREIGN),
          not_applicable="cannot be signed"),
)  # fmt: skip

PUBLISHER_CASES: Final = (
    _case("L3b", "a listed profile passes", config()),
    _case("L3b", "a profile of the stack passes", profile(),
          config(publishers=[Computed()], depends=["profile"])),
    _case("L3b", "a profile of the stack with a known version passes", profile(version=PROFILE),
          config(publishers=[Computed(PROFILE)], depends=["profile"])),
    _case("L3b", "publishers unknown as a whole, of the stack", profile(),
          config(publishers=Computed(), depends=["profile"])),
    _case("L3b", "no publishers", config(publishers=[]), keys=("publishers:none",),
          says=("allowedPublishers.signingProfileVersionArns is empty",)),
    _case("L3b", "no block", Res(type=SIGNING_CONFIG), keys=("publishers:none",)),
    _case("L3b", "a profile of another account fails", config(publishers=[STRANGE]),
          keys=(f"publisher:{STRANGE}",), says=("a listed signing profile version is required",)),
    _case("L3b", "an unlisted own profile that is not of the stack fails", config(publishers=[PROFILE]),
          keys=(f"publisher:{PROFILE}",)),
    _case("L3b", "several publishers, the bad one is named", config(publishers=[LISTED, STRANGE]),
          keys=(f"publisher:{STRANGE}",)),
    _case("L3b", "a profile of the stack for containers fails", profile("Notation-OCI-SHA384-ECDSA"),
          config(publishers=[Computed()], depends=["profile"]), keys=("publisher:profile",),
          says=("has the platform Notation-OCI-SHA384-ECDSA", "Set platformId of profile")),
    _case("L3b", "a profile of the stack without platform fails", profile(None),
          config(publishers=[Computed()], depends=["profile"]), keys=("publisher:profile",)),
    _case("L3b", "a profile of the stack where none may publish", profile(),
          config(publishers=[Computed()], depends=["profile"]), keys=("publisher:profile",),
          parameters={"allowStackProfiles": False}),
    _case("L3b", "an unlisted own profile where none of the stack may publish", config(publishers=[PROFILE]),
          keys=(f"publisher:{PROFILE}",), parameters={"allowStackProfiles": False}),
    _case("L3b", "a listed one where none of the stack may publish", config(),
          parameters={"allowStackProfiles": False}),
    _case("L3b", "an unknown publisher that the stack does not explain", config(publishers=[Computed()]),
          undecided=("signingProfileVersionArns[0] is not known",)),
    _case("L3b", "an unknown hides no finding", config(publishers=[Computed(), STRANGE]),
          keys=(f"publisher:{STRANGE}",), undecided=("signingProfileVersionArns[0]",)),
    _case("L3b", "publishers unknown as a whole", config(publishers=Computed()),
          undecided=("signingProfileVersionArns is not known",)),
    _case("L3b", "the platform of a profile is not known", profile(Computed()),
          config(publishers=[Computed()], depends=["profile"]), undecided=("profile.platformId",)),
    _case("L3b", "no profiles are configured", config(),
          not_applicable="parameter signingProfileArns not set",
          parameters={"signingProfileArns": []}),
)  # fmt: skip

ARTIFACT_CASES: Final = (
    _case("L3c", "an object of a signing job passes", config(), JOB,
          signed("s3Key", s3Bucket="b", s3Key=Computed("signed/x"))),
    _case("L3c", "a version of an object passes", config(),
          signed(s3Bucket="b", s3Key="k", s3ObjectVersion="3")),
    _case("L3c", "presence decides: an unknown version passes", config(),
          signed(s3Bucket="b", s3Key="k", s3ObjectVersion=Computed())),
    _case("L3c", "a signed layer passes", config(), JOB,
          *layered("s3Key", s3Bucket="b", s3Key=Computed("y"))),
    _case("L3c", "a local archive fails", config(), signed(code="archive"), keys=("artifact:function",),
          says=("the function is made from a local archive",)),
    _case("L3c", "an object without a version fails", config(), signed(s3Bucket="b", s3Key="k"),
          keys=("artifact:function",), says=("from an S3 object without a version",)),
    _case("L3c", "a key without a bucket is no object", config(), JOB, signed("s3Key", s3Key=Computed("k")),
          keys=("artifact:function",)),
    _case("L3c", "a local layer fails", config(), JOB,
          *layered(code="archive"), keys=("artifact:layer base",)),
    _case("L3c", "function and layer fail at once", config(), Res(type=LAYER, name="base"),
          function({"codeSigningConfigArn": ["signing"], "layers": ["base"]},
                   codeSigningConfigArn=Computed(CONFIG), layers=[Computed()]),
          keys=("artifact:function", "artifact:layer base")),
    _case("L3c", "an unknown policy is undecided", config(Computed()), signed(code="archive"),
          undecided=("codeSigningConfigArn",)),
    _case("L3c", "a config that warns", config("Warn"), signed(code="archive"), not_applicable="only warns"),
    _case("L3c", "a config outside the stack", function(codeSigningConfigArn=CONFIG, code="archive"),
          not_applicable="no signing config in the stack"),
    _case("L3c", "container image", config(), signed(packageType="Image"), not_applicable="cannot be signed"),
)  # fmt: skip
