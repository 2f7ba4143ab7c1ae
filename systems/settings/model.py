"""The settings of one environment: who it is, what every system shares, and the systems.

Keys of the configuration are `pavedroad:<field>`; region, account and profile come from the `aws:` namespace.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from systems._model import Conflict, SettingsModel, SystemSettings, TopicArn, conflict, text
from systems.order_processing.settings import OrderProcessingSettings

ENVIRONMENT_PATTERN = r"^[a-z][a-z0-9]{0,15}$"  # names of resources start with it; IAM role names end at 64
ENVIRONMENT_FORM = "1 to 16 lower-case letters and digits, a letter first"
DATE_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
PRODUCTION_NAMES = frozenset({"prod", "production"})

Tag = Annotated[
    str, text(r"^[A-Za-z0-9 _.:/=+@-]+$", "1 to 256 letters, digits, blanks and _.:/=+@-", longest=256)
]
LayerArn = Annotated[
    str,
    text(
        r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9_-]+:[1-9]\d*$",
        "the ARN of a layer version (arn:aws:lambda:<region>:<account>:layer:<name>:<version>)",
    ),
]
Email = Annotated[str, text(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "an e-mail address")]


class TagSettings(SettingsModel):
    """Tags of every resource; set as default tags of the provider."""

    project: Tag | None = None
    """Project that the resource belongs to; none = the project's name."""
    env: Tag | None = None
    """Environment that the resource belongs to; none = the environment's name."""
    owner: Tag | None = None
    """Team that answers for the resource; required."""
    cost_centre: Tag | None = None
    """Who pays; required."""

    def conflicts(self) -> Iterator[Conflict]:
        """Owner and cost centre are required."""
        for field in ("owner", "cost_centre"):
            if getattr(self, field) is None:
                yield conflict(f"{field} is missing; every resource carries it", field)


class FoundationSettings(SettingsModel):
    """What every system of the environment shares."""

    company_layer_arn: LayerArn | None = None
    """Versioned ARN of a company layer published elsewhere; none = published here."""
    alarm_topic_arn: TopicArn | None = None
    """Topic kept elsewhere that alarms call; none = a topic made here."""
    alarm_emails: tuple[Email, ...] = ()
    """Addresses that the topic made here calls; production needs one, or a topic kept elsewhere."""

    def conflicts(self) -> Iterator[Conflict]:
        """A topic kept elsewhere has its own subscriptions."""
        if self.alarm_topic_arn and self.alarm_emails:
            message = "alarm_emails: not together with alarm_topic_arn, whose owner decides who is called"
            yield conflict(message, "alarm_emails", "alarm_topic_arn")
        if len(set(self.alarm_emails)) < len(self.alarm_emails):
            yield conflict("alarm_emails: an address stands there twice, allowed once", "alarm_emails")


class SystemsSettings(SettingsModel):
    """The systems by name."""

    order_processing: OrderProcessingSettings = OrderProcessingSettings()
    """Orders through a queue, a state machine and a second queue."""


class EnvironmentSettings(SettingsModel):
    """What the configuration files of an environment can say under `pavedroad:`."""

    environment: Annotated[str, text(ENVIRONMENT_PATTERN, ENVIRONMENT_FORM)] | None = None
    """Name in resource names and tags; none = the stack's name."""
    tier: Literal["development", "production"] = "development"
    """Profile: retention, protection of data, alarm routing; `production` locks what may not be lowered."""
    debug_until: Annotated[str, text(DATE_PATTERN, "a date, YYYY-MM-DD")] | None = None
    """Last day (YYYY-MM-DD) on which production may log at DEBUG."""
    tags: TagSettings = TagSettings.model_construct()
    """Tags of every resource."""
    foundation: FoundationSettings = FoundationSettings()
    """What every system shares."""
    systems: SystemsSettings = SystemsSettings()
    """The systems by name."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the program is built from; complete and validated.

    Attributes:
        project: Pulumi project; names of resources start with it.
        environment: Environment; comes second in names of resources.
        tier: Profile in force.
        region: Region of all resources, from `aws:region`.
        account: Account of all resources, first entry of `aws:allowedAccountIds`.
        profile: Named profile of the shared credentials file, from `aws:profile`.
        tags: Tags of every resource: project, env, owner, cost_centre.
        foundation: What every system shares.
        systems: The systems by name.
        encrypted: Paths of values that are encrypted in the configuration,
            e.g. `order_processing.payment_url`; whoever passes them on marks them as secrets.
        warnings: What is allowed but unwise, one line each.
    """

    project: str
    environment: str
    tier: Literal["development", "production"]
    region: str
    account: str
    profile: str | None
    tags: Mapping[str, str]
    foundation: FoundationSettings
    systems: SystemsSettings
    encrypted: frozenset[str]
    warnings: tuple[str, ...]

    @property
    def partition(self) -> str:
        """AWS partition of the region."""
        prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
        return next((name for prefix, name in prefixes.items() if self.region.startswith(prefix)), "aws")

    @property
    def enabled_systems(self) -> frozenset[str]:
        """Names of the systems that this environment has."""
        systems = {name: getattr(self.systems, name) for name in SystemsSettings.model_fields}
        return frozenset(n for n, s in systems.items() if isinstance(s, SystemSettings) and s.enabled)

    def encrypted_in(self, system: str) -> frozenset[str]:
        """Fields of this system whose values are encrypted."""
        return frozenset(p.removeprefix(f"{system}.") for p in self.encrypted if p.startswith(f"{system}."))
