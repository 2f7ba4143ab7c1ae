"""From a source to settings: layers in their order, everything that is wrong in one error.

Later wins: field defaults < tier profile < `pavedroad:base` in Pulumi.yaml < one parent < own keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from systems._model import STAND_IN
from systems.settings._problem import Problem, SettingsError, did_you_mean, shown
from systems.settings._profiles import EVERY_SYSTEM, floor_problems, profile
from systems.settings._schema import mark, node_at
from systems.settings._secrets import plaintext_secrets
from systems.settings._source import PLACEHOLDER, PROJECT_FILE, Source, parent_values, stack_file
from systems.settings._tree import Layer, Path, Tree, Value, leaves, merge_all, replace
from systems.settings._validate import validate, warnings_of
from systems.settings.model import ENVIRONMENT_FORM, ENVIRONMENT_PATTERN, EnvironmentSettings, Settings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

AWS_KEYS: Final = frozenset({"region", "allowedAccountIds", "profile"})
REGION: Final = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d$")
ACCOUNT: Final = re.compile(r"^\d{12}$")


@dataclass(frozen=True, kw_only=True)
class Layers:
    """What the settings of a stack are merged from.

    Attributes:
        standard: What every environment of the tier and project has: profile and base.
        parent: The other environment it builds on.
        own: The stack's own keys.
        problems: What was wrong while reading.
    """

    standard: tuple[Layer, ...]
    parent: tuple[Layer, ...]
    own: Layer
    problems: tuple[Problem, ...]

    @property
    def all(self) -> tuple[Layer, ...]:
        """All layers, the strongest last."""
        return (*self.standard, *self.parent, self.own)

    @property
    def below(self) -> tuple[Layer, ...]:
        """What the stack would have without its own keys."""
        return (*self.standard, *self.parent)


def layers_of(source: Source) -> Layers:
    """The layers of a stack's settings."""
    problems = list(source.problems)
    parent: tuple[Layer, ...] = ()
    if source.inherits == source.stack:
        text = "pavedroad:inherits: an environment cannot build on itself; name another one"
        problems.append(Problem(path="pavedroad:inherits", text=text, origin=stack_file(source.stack)))
    elif source.inherits is not None:
        values, chained = parent_values(source.directory, source.inherits, problems)
        if chained is not None:
            text = (
                f"pavedroad:inherits: {source.inherits} builds on {chained} itself; one level is allowed, "
                f"name {chained} or repeat what is needed"
            )
            problems.append(Problem(path="pavedroad:inherits", text=text, origin=stack_file(source.stack)))
        # An environment's name is its own.
        values.pop("environment", None)
        parent = (Layer(origin=stack_file(source.inherits), values=values),)
    base = Layer(origin=PROJECT_FILE, values=source.base)
    own = Layer(origin=stack_file(source.stack), values=source.own)
    tier = merge_all((base, *parent, own)).get("tier", EnvironmentSettings.model_fields["tier"].default)
    name = tier if isinstance(tier, str) and tier in EVERY_SYSTEM else "development"
    return Layers(
        standard=(Layer(origin=f"{name} profile", values=profile(name)), base),
        parent=parent,
        own=own,
        problems=tuple(problems),
    )


def resolve(source: Source, today: dt.date) -> Settings:
    """The settings of a stack.

    Args:
        source: The configuration as it was written.
        today: Day on which dates in the configuration are judged.

    Raises:
        SettingsError: With everything that is wrong.
    """
    layers = layers_of(source)
    problems = [*layers.problems, *_secret_problems(source, layers), *_encrypted_problems(source)]
    tree = _with_stand_ins(merge_all(layers.all), source.encrypted)
    # `tags` must be there to be judged: two of them are required.
    found, invalid = validate({"tags": {}, **tree}, layers.all, source.encrypted)
    problems += invalid
    region, account, profile_name = _aws(source, problems)
    environment = found.environment or source.stack
    if not re.match(ENVIRONMENT_PATTERN, environment):
        text = f"pavedroad:environment: got {environment!r}, allowed {ENVIRONMENT_FORM}"
        problems.append(Problem(path="pavedroad:environment", text=text, origin=stack_file(source.stack)))
    standard = validate(merge_all(layers.standard), layers.standard, ())[0]
    problems += floor_problems(environment, found, standard, layers.all, today)
    if problems:
        raise SettingsError(source.stack, problems)
    return Settings(
        project=source.project,
        environment=environment,
        tier=found.tier,
        region=region,
        account=account,
        profile=profile_name,
        tags={
            "project": found.tags.project or source.project,
            "env": found.tags.env or environment,
            "owner": found.tags.owner or "",
            "cost_centre": found.tags.cost_centre or "",
        },
        foundation=found.foundation,
        systems=found.systems,
        encrypted=frozenset(shown(path) for path in source.encrypted),
        warnings=(*warnings_of(found, layers.all), *_aws_warnings(source)),
    )


def _with_stand_ins(tree: Tree, encrypted: frozenset[Path]) -> Tree:
    """The tree with a well-formed text where an encrypted value could not be decrypted."""
    for path in encrypted:
        text = dict(leaves(tree)).get(path)
        stand_in = mark(node_at(path) or {}, STAND_IN)
        if text == PLACEHOLDER and isinstance(stand_in, str):
            tree = replace(tree, path, stand_in)
    return tree


def _encrypted_problems(source: Source) -> list[Problem]:
    """Encrypted values where the plan depends on the value: it must be readable by everyone who previews."""
    return [
        Problem(
            path=shown(path),
            text=f"{shown(path)}: must not be encrypted, the plan depends on it; write it in plain text",
            origin=stack_file(source.stack),
        )
        for path in sorted(source.encrypted)
        if not mark(node_at(path) or {}, STAND_IN)
    ]


def _secret_problems(source: Source, layers: Layers) -> list[Problem]:
    ours = [
        problem
        for layer in layers.all
        for problem in plaintext_secrets(
            (
                (path, shown(path), value)
                for path, value in leaves(layer.values)
                if layer is not layers.own or path not in source.encrypted
            ),
            layer.origin,
        )
    ]
    plain = [
        (path, f"aws:{'.'.join(path)}", value)
        for path, value in leaves(source.aws)
        if path[0] not in source.aws_encrypted
    ]
    return [*ours, *plaintext_secrets(plain, stack_file(source.stack))]


def _aws(source: Source, problems: list[Problem]) -> tuple[str, str, str | None]:
    """Region, account and profile; what is missing or malformed becomes a problem."""
    origin = stack_file(source.stack)
    region, accounts = source.aws.get("region"), source.aws.get("allowedAccountIds")
    if not isinstance(region, str) or not REGION.match(region):
        got = "missing" if region is None else f"got {region!r}"
        text = f"aws:region: {got}, allowed an AWS region such as eu-west-1"
        problems.append(Problem(path="aws:region", text=text, origin=origin))
    account = _only_account(accounts)
    if account is None:
        got = "missing" if accounts is None else f"got {accounts!r}"
        text = f"aws:allowedAccountIds: {got}, allowed a list of one account id (12 digits in quotes)"
        problems.append(Problem(path="aws:allowedAccountIds", text=text, origin=origin))
    name = source.aws.get("profile")
    return str(region), account or "", name if isinstance(name, str) else None


def _only_account(accounts: Value) -> str | None:
    if not isinstance(accounts, list) or len(accounts) != 1:
        return None
    account = accounts[0]
    return account if isinstance(account, str) and ACCOUNT.match(account) else None


def _aws_warnings(source: Source) -> Sequence[str]:
    """The program makes its own provider, with tags: settings of the default provider do not reach it."""
    return [
        f"aws:{key} has no effect here, {did_you_mean(key, AWS_KEYS)} (other settings: environment variables "
        "or the named profile)"
        for key in sorted(set(source.aws) - AWS_KEYS)
    ]
