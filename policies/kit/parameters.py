"""Parameters of rules: their schema, their defaults and a typed view of what a configuration gives.

The SDK hands a rule only what was configured, without the schema's defaults, so the view applies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from guardrails.verdict import Unknown
from policies.kit.reader import Facts, Json

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter.

    Attributes:
        meaning: One line for the documentation.
        kind: `string`, `boolean`, `integer`, `number`, `array` (of texts) or `objects` (list of objects).
        default: Used when the configuration leaves it out; not for required ones.
        required: The rule does not apply without it, and `guardrails-configuration-valid` fails.
        allowed: The values that count, for texts and lists of texts; empty for any.
    """

    meaning: str
    kind: str
    default: Json = None
    required: bool = False
    allowed: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Json]:
        """Its JSON schema, with the default inside as Pulumi expects it."""
        limits: dict[str, Json] = {"enum": list(self.allowed)} if self.allowed else {}
        schema: dict[str, Json] = {"description": self.meaning}
        if self.kind == "array":
            schema |= {"type": "array", "items": {"type": "string", **limits}}
        elif self.kind == "objects":
            schema |= {"type": "array", "items": {"type": "object"}}
        else:
            schema |= {"type": self.kind, **limits}
        return schema if self.default is None else {**schema, "default": self.default}

    def problem(self, value: Json) -> str:
        """What is wrong with a configured value, without quoting it; empty when nothing is."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        checks = {
            "string": isinstance(value, str),
            "boolean": isinstance(value, bool),
            "integer": number and isinstance(value, int),
            "number": number,
            "array": isinstance(value, list) and all(isinstance(item, str) for item in value),
            "objects": isinstance(value, list) and all(isinstance(item, dict) for item in value),
        }
        if not checks[self.kind]:
            lists = {"array": "list of texts", "objects": "list of objects"}
            return f"is no {lists.get(self.kind, self.kind)}"
        values = value if isinstance(value, list) else [value]
        if self.allowed and any(item not in self.allowed for item in values):
            return f"allows {', '.join(self.allowed)} only"
        return ""


SCOPE: Final = Parameter(
    meaning="Globs on the logical names that the rule judges.", kind="array", default=["*"]
)
STRICT: Final = Parameter(meaning="Undecided counts as a violation.", kind="boolean", default=False)


class Parameters:
    """What a configuration says for one rule, with the rule's defaults."""

    __slots__ = ("_facts", "_schema")

    def __init__(self, schema: Mapping[str, Parameter], configured: Mapping[str, object]) -> None:
        """Join schema and configuration; a value that is absent takes the default."""
        self._schema = schema
        self._facts = Facts(dict(configured))

    def _of(self, name: str) -> Facts:
        value = self._facts.child(name)
        if value.absent and name in self._schema:
            return Facts(self._schema[name].default, name)
        return value

    def text(self, name: str) -> str:
        """A text; empty when it is not set."""
        value = self._of(name).text(default="")
        return "" if isinstance(value, Unknown) else value

    def flag(self, name: str) -> bool:
        """A boolean; false when it is not set."""
        return self._of(name).flag(default=False) is True

    def number(self, name: str) -> float | None:
        """A number; None when it is not set."""
        value = self._of(name).number()
        return None if isinstance(value, Unknown) else value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty when it is not set."""
        value = self._of(name).texts()
        return () if isinstance(value, Unknown) else tuple(item for item in value if isinstance(item, str))

    def objects(self, name: str) -> tuple[Facts, ...]:
        """A list of objects; empty when it is not set."""
        value = self._of(name).items()
        return () if isinstance(value, Unknown) else value

    def missing(self) -> tuple[str, ...]:
        """Required parameters that the configuration leaves out or empty."""
        return tuple(name for name, item in self._schema.items() if item.required and self._of(name).absent)

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the configuration, without quoting values."""
        found = [f"parameter {name} not set" for name in self.missing()]
        for name in self._facts.names():
            if name not in self._schema:
                found.append(f"parameter {name} not known; allowed are {', '.join(sorted(self._schema))}")
                continue
            value = self._facts.plain(name)
            problem = "" if value is None or isinstance(value, Unknown) else self._schema[name].problem(value)
            found.extend([f"parameter {name} {problem}"] if problem else [])
        return tuple(found)

    def in_scope(self, logical_name: str) -> bool:
        """Whether the rule judges a resource of this name."""
        return any(fnmatchcase(logical_name, glob) for glob in self.texts("scope"))


def matches_any(text: str, globs: tuple[str, ...]) -> bool:
    """Whether a text matches one of the globs, in full and with regard to case."""
    return any(fnmatchcase(text, glob) for glob in globs)


# Organisation-wide parameters: declared once, taken by each rule that needs them.
OWN_ACCOUNTS: Final = Parameter(meaning="Account ids of the owner.", kind="array", required=True)
TRUSTED_ACCOUNTS: Final = Parameter(
    meaning="Accounts that are trusted for sharing.", kind="array", default=[]
)
COMPANY_LAYERS: Final = Parameter(
    meaning="Company layers: {name, account, minimumVersion, partition?, runtimes?, arns by region?}.",
    kind="objects",
    required=True,
)
SIGNING_CONFIG_ARNS: Final = Parameter(
    meaning="ARNs of the code signing configs outside the stack that may be used.", kind="array", default=[]
)
SIGNING_PROFILE_ARNS: Final = Parameter(
    meaning="Globs on the signing profile version ARNs that may publish.", kind="array", required=True
)
BOUNDARY_POLICIES: Final = Parameter(
    meaning="Names of the policies that count as permissions boundary.", kind="array", required=True
)
ROLE_NAME_PREFIXES: Final = Parameter(meaning="Prefixes of role names.", kind="array", required=True)
ROLE_PATHS: Final = Parameter(meaning="Paths of roles.", kind="array", default=["/"])
JWT_ISSUERS: Final = Parameter(meaning="Issuers of the company's tokens.", kind="array", default=[])
JWT_AUDIENCES: Final = Parameter(meaning="Audiences of the company's tokens.", kind="array", default=[])
AUTHORIZER_FUNCTIONS: Final = Parameter(
    meaning="Names of the company's authoriser functions.", kind="array", default=[]
)
USER_POOL_ARNS: Final = Parameter(meaning="ARNs of the company's user pools.", kind="array", default=[])
PUBLIC_ROUTES: Final = Parameter(
    meaning="Globs on routes that are public on purpose, e.g. `GET /health`.", kind="array", default=[]
)
PUBLIC_DOMAINS: Final = Parameter(
    meaning="Globs on domain names that are public on purpose.", kind="array", default=[]
)
EDGE_FUNCTIONS: Final = Parameter(meaning="Name globs of Lambda@Edge functions.", kind="array", default=[])
