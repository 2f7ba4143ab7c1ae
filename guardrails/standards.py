"""The organisation's standards for one environment, read from standards.toml and validated.

Standard library only: policies, components and run-time evaluators read the same object. A file that is wrong
is refused as a whole, with the path of the value, what it is and what is allowed; nothing is guessed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final, TypeAlias, cast

Toml: TypeAlias = "str | int | float | bool | list[Toml] | dict[str, Toml]"

STANDARDS_FILE: Final = Path(__file__).with_name("standards.toml")
TIERS: Final = ("development", "test", "production")
LEVELS: Final = ("advisory", "mandatory", "remediate", "disabled")
_ACCOUNT: Final = re.compile(r"\d{12}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_EMPTY: Final[dict[str, Toml]] = {}


class StandardsError(ValueError):
    """The standards cannot be used; the text says where, what is there and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class CompanyLayer:
    """A layer that every function carries.

    Attributes:
        name: Layer name; `{architecture}` in it is the function's architecture.
        minimum_version: The oldest version that counts.
        account: Account that publishes it; empty for any of the owner's accounts.
        partition: AWS partition; empty for any.
        runtimes: Globs on the runtimes it is for; empty for all.
        arns: Version ARN by region, for remediation.
    """

    name: str
    minimum_version: int
    account: str = ""
    partition: str = ""
    runtimes: tuple[str, ...] = ()
    arns: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class RuleSettings:
    """What the standards say about one rule: a level other than the catalogue's, or empty; parameters."""

    level: str
    parameters: dict[str, Toml]


@dataclass(frozen=True, kw_only=True)
class Standards:
    """The standards of one environment.

    Attributes:
        environment: Name of the stack.
        listed: Whether the file has a table for it; if not, the base applies.
        tier: development, test or production; see policies.kit.levels.
        account: The environment's account, or empty.
        rules: Settings of single rules by id.

    The other attributes have the meaning that the file's comments give.
    """

    environment: str
    listed: bool
    tier: str
    account: str
    own_accounts: tuple[str, ...]
    trusted_accounts: tuple[str, ...]
    trusted_layer_accounts: tuple[str, ...]
    organization_ids: tuple[str, ...]
    company_layers: tuple[CompanyLayer, ...]
    signing_config_arns: tuple[str, ...]
    signing_profile_arns: tuple[str, ...]
    allow_stack_profiles: bool
    boundary_policies: tuple[str, ...]
    role_name_prefixes: tuple[str, ...]
    role_paths: tuple[str, ...]
    jwt_issuers: tuple[str, ...]
    jwt_audiences: tuple[str, ...]
    authorizer_functions: tuple[str, ...]
    user_pool_arns: tuple[str, ...]
    mutual_tls_required: bool
    truststore_buckets: tuple[str, ...]
    public_routes: tuple[str, ...]
    public_domains: tuple[str, ...]
    edge_functions: tuple[str, ...]
    rules: dict[str, RuleSettings]


def load(environment: str, path: Path = STANDARDS_FILE) -> Standards:
    """The standards of an environment.

    Args:
        environment: Name of the stack.
        path: Another file of the same form.

    Raises:
        StandardsError: When the file is missing, no TOML, or holds something that is not allowed.
    """
    return read(environment, _content(path))


def environments(path: Path = STANDARDS_FILE) -> tuple[str, ...]:
    """The environments that have a table of their own, in the order of the file.

    Raises:
        StandardsError: As `load`.
    """
    tables = _content(path).get("environment", _EMPTY)
    return tuple(_table(tables, "environment"))


def read(environment: str, content: dict[str, Toml]) -> Standards:
    """The standards of an environment, from the content of a file.

    Raises:
        StandardsError: When it holds something that is not allowed.
    """
    if not _NAME.fullmatch(environment):
        raise StandardsError(f"environment: got {environment!r}, allowed is the name of a stack")
    strange = sorted(set(content) - {"base", "environment"})
    if strange:
        raise StandardsError(f"{strange[0]}: not known; allowed are the tables base and environment")
    tables = _table(content.get("environment", _EMPTY), "environment")
    own = _table(tables.get(environment, _EMPTY), f"environment.{environment}")
    merged = _merged(_table(content.get("base", _EMPTY), "base"), own)
    reader = _Reader(merged, environment)
    known = {item.name for item in fields(Standards)} - {"environment", "listed"}
    for name in merged:
        if name not in known:
            raise StandardsError(f"{name}: not known; allowed are {', '.join(sorted(known))}")
    return Standards(
        environment=environment,
        listed=environment in tables,
        tier=reader.choice("tier", TIERS),
        account=reader.account,
        own_accounts=reader.accounts("own_accounts", required=True),
        trusted_accounts=reader.accounts("trusted_accounts"),
        trusted_layer_accounts=reader.accounts("trusted_layer_accounts"),
        organization_ids=reader.texts("organization_ids"),
        company_layers=reader.layers(),
        signing_config_arns=reader.texts("signing_config_arns"),
        signing_profile_arns=reader.texts("signing_profile_arns", required=True),
        allow_stack_profiles=reader.flag("allow_stack_profiles"),
        boundary_policies=reader.texts("boundary_policies", required=True),
        role_name_prefixes=reader.texts("role_name_prefixes", required=True),
        role_paths=reader.texts("role_paths", required=True),
        jwt_issuers=reader.texts("jwt_issuers"),
        jwt_audiences=reader.texts("jwt_audiences"),
        authorizer_functions=reader.texts("authorizer_functions"),
        user_pool_arns=reader.texts("user_pool_arns"),
        mutual_tls_required=reader.flag("mutual_tls_required"),
        truststore_buckets=reader.texts("truststore_buckets"),
        public_routes=reader.texts("public_routes"),
        public_domains=reader.texts("public_domains"),
        edge_functions=reader.texts("edge_functions"),
        rules=reader.rules(),
    )


@dataclass(frozen=True)
class _Reader:
    """Typed reading of one merged table."""

    table: dict[str, Toml]
    environment: str

    @property
    def account(self) -> str:
        value = self.table.get("account", "")
        if not isinstance(value, str) or (value and not _ACCOUNT.fullmatch(value)):
            raise _wrong("account", value, "an account id of 12 digits, as text")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.table.get(name)
        if not isinstance(value, str) or value not in allowed:
            raise _wrong(name, value, f"one of {', '.join(allowed)}")
        return value

    def flag(self, name: str) -> bool:
        value = self.table.get(name)
        if not isinstance(value, bool):
            raise _wrong(name, value, "true or false")
        return value

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        value = _texts(self.table.get(name, []), name)
        if required and not value:
            raise _wrong(name, [], "a list of at least one text")
        return tuple(dict.fromkeys(text for item in value for text in self._filled(item)))

    def accounts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        value = self.texts(name, required=required)
        wrong = next((item for item in value if not _ACCOUNT.fullmatch(item)), None)
        if wrong is not None:
            raise _wrong(name, wrong, "account ids of 12 digits, as texts")
        return value

    def layers(self) -> tuple[CompanyLayer, ...]:
        value = self.table.get("company_layers")
        if not isinstance(value, list) or not value:
            raise _wrong("company_layers", value, "a list of at least one table")
        return tuple(self._layer(item, f"company_layers[{index}]") for index, item in enumerate(value))

    def rules(self) -> dict[str, RuleSettings]:
        result: dict[str, RuleSettings] = {}
        for rule, value in _table(self.table.get("rules", _EMPTY), "rules").items():
            settings = dict(_table(value, f"rules.{rule}"))
            level = settings.pop("level", "")
            if level not in ("", *LEVELS):
                raise _wrong(f"rules.{rule}.level", level, f"one of {', '.join(LEVELS)}")
            result[rule] = RuleSettings(level=str(level), parameters=settings)
        return result

    def _layer(self, value: Toml, path: str) -> CompanyLayer:
        table = _table(value, path)
        strange = sorted(set(table) - {item.name for item in fields(CompanyLayer)})
        if strange:
            raise StandardsError(f"{path}.{strange[0]}: not known; see CompanyLayer for what is allowed")
        name, version = table.get("name"), table.get("minimum_version")
        if not isinstance(name, str) or not name:
            raise _wrong(f"{path}.name", name, "a layer name")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise _wrong(f"{path}.minimum_version", version, "an integer of at least 1")
        account = table.get("account", self.account)
        if not isinstance(account, str) or (account and not _ACCOUNT.fullmatch(account)):
            raise _wrong(f"{path}.account", account, "an account id of 12 digits, as text")
        arns = _table(table.get("arns", _EMPTY), f"{path}.arns")
        return CompanyLayer(
            name=name,
            minimum_version=version,
            account=account,
            partition=str(table.get("partition", "")),
            runtimes=_texts(table.get("runtimes", []), f"{path}.runtimes"),
            arns={region: str(arn) for region, arn in arns.items()},
        )

    def _filled(self, text: str) -> tuple[str, ...]:
        """The text with its placeholders filled in; several texts when there are several accounts."""
        text = text.replace("{environment}", self.environment)
        if "{account}" not in text:
            return (text,)
        accounts = (
            (self.account,) if self.account else _texts(self.table.get("own_accounts", []), "own_accounts")
        )
        return tuple(text.replace("{account}", account) for account in accounts)


def _content(path: Path) -> dict[str, Toml]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StandardsError(
            f"{path.name}: cannot be read ({type(error).__name__}); restore the file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardsError(f"{path.name}: is no TOML ({error}); correct it at that place") from None
    return cast("dict[str, Toml]", content)


def _merged(base: dict[str, Toml], own: dict[str, Toml]) -> dict[str, Toml]:
    """Tables key by key, everything else replaced."""
    result = dict(base)
    for name, value in own.items():
        before = result.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        result[name] = (
            _merged(cast("dict[str, Toml]", before), cast("dict[str, Toml]", value)) if both else value
        )
    return result


def _table(value: Toml, path: str) -> dict[str, Toml]:
    if not isinstance(value, dict):
        raise _wrong(path, value, "a table")
    return value


def _texts(value: Toml, path: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(path, value, "a list of texts")
    return tuple(cast("list[str]", value))


def _wrong(path: str, value: object, allowed: str) -> StandardsError:
    return StandardsError(f"{path}: got {value!r}, allowed is {allowed}")
