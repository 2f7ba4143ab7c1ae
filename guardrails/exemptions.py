"""The register of exemptions: entries, what is wrong with them, and which one covers a finding. Pure.

An entry that is not valid exempts nothing; the finding it was meant for stays, and the entry is one itself.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

MINIMUM_REASON: Final = 20
MAXIMUM_DAYS: Final = 366
NEEDS_FINDING: Final = frozenset(
    {
        "iam-policy-actions-scoped",
        "iam-policy-resources-scoped",
        "iam-credentials-access-bound",
        "iam-data-reads-bound",
        "iam-permissions-management-withheld",
    }
)
"""Rules whose findings are exempted one by one: a blanket entry would hide the next finding too."""
NON_EXEMPTIBLE: Final = (
    "iam-policy-admin-withheld",
    "iam-pass-role-scoped",
    "iam-trust-closed",
    "iam-privilege-escalation-withheld",
    "functions-invocation-closed",
    "functions-environment-secret-free",
    "keys-policy-closed",
    "storage-policy-closed",
)
"""Rules that nobody is exempted from: a finding of theirs opens the account or shows a secret."""
_FIELDS: Final = ("rule", "resource", "reason", "owner", "expires")
_OPTIONAL: Final = ("stack", "finding")


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """One valid entry.

    Attributes:
        rule: Id of the rule.
        resource: Glob on the URN or on `type::name`.
        reason: Why, for the reviewer.
        owner: Who answers for it.
        expires: Last day on which it holds.
        stack: Glob on the stack's name.
        finding: The one finding key that it covers; empty for all of the rule.
        position: Place in the register, from 1.
    """

    rule: str
    resource: str
    reason: str
    owner: str
    expires: dt.date
    stack: str = "*"
    finding: str = ""
    position: int = 0

    @property
    def label(self) -> str:
        """How messages name the entry."""
        return f"entry {self.position} ({self.rule} on {self.resource})"

    def holds_in(self, stack: str, as_of: dt.date) -> bool:
        """Whether the entry is meant for a stack and has not expired."""
        return as_of <= self.expires and fnmatchcase(stack, self.stack)

    def covers(self, *, rule: str, urn: str, subject: str, stack: str, finding: str, as_of: dt.date) -> bool:
        """Whether the entry holds for one finding of one resource on a day; `subject` is `type::name`."""
        return (
            rule == self.rule
            and self.holds_in(stack, as_of)
            and (fnmatchcase(urn, self.resource) or fnmatchcase(subject, self.resource))
            and (not self.finding or self.finding == finding)
        )


@dataclass(frozen=True, kw_only=True)
class BadEntry:
    """An entry that exempts nothing: its label and what is wrong."""

    label: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Register:
    """The register as it was read.

    Attributes:
        entries: Valid ones, expired ones too.
        bad: The others.
        as_of: The day that counts as today.
    """

    entries: tuple[Exemption, ...] = ()
    bad: tuple[BadEntry, ...] = ()
    as_of: dt.date

    def of_rules(self, rules: Collection[str]) -> Register:
        """The entries that name these rules (a pack judges its own rules' entries only); bad entries stay."""
        entries = tuple(entry for entry in self.entries if entry.rule in rules)
        return Register(entries=entries, bad=self.bad, as_of=self.as_of)


def read_register(
    path: Path, *, rules: Collection[str], as_of: dt.date, non_exemptible: Collection[str] = NON_EXEMPTIBLE
) -> Register:
    """Read a register file; a missing file is an empty register.

    Args:
        path: TOML file with `[[exemption]]` tables.
        rules: All rule ids that may be named.
        as_of: The day that counts as today.
        non_exemptible: Rules that nobody is exempted from.

    Returns:
        Valid and bad entries; a file that is no TOML is one bad entry.
    """
    if not path.exists():
        return Register(as_of=as_of)
    try:
        content = cast("dict[str, object]", tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = f"the file is no TOML ({error}); correct it at that place"
        return Register(bad=(BadEntry(label=path.name, problem=problem),), as_of=as_of)
    tables = content.get("exemption", [])
    strange = sorted(set(content) - {"exemption"})
    if not isinstance(tables, list) or strange:
        problem = "the file holds [[exemption]] tables and nothing else"
        return Register(bad=(BadEntry(label=path.name, problem=problem),), as_of=as_of)
    return register(cast("list[object]", tables), rules=rules, as_of=as_of, non_exemptible=non_exemptible)


def register(
    tables: list[object],
    *,
    rules: Collection[str],
    as_of: dt.date,
    non_exemptible: Collection[str] = NON_EXEMPTIBLE,
) -> Register:
    """Sort tables into valid and bad entries."""
    entries: list[Exemption] = []
    bad: list[BadEntry] = []
    for position, table in enumerate(tables, start=1):
        fields = dict(cast("dict[str, object]", table)) if isinstance(table, dict) else {}
        problem = _problem(fields, rules=rules, as_of=as_of, non_exemptible=non_exemptible)
        if problem:
            bad.append(BadEntry(label=f"entry {position} ({fields.get('rule', 'no rule')})", problem=problem))
            continue
        texts = {name: str(value) for name, value in fields.items() if name != "expires"}
        expires = _date(fields["expires"]) or as_of
        entries.append(Exemption(**texts, expires=expires, position=position))
    return Register(entries=tuple(entries), bad=tuple(bad), as_of=as_of)


def _problem(
    fields: Mapping[str, object], *, rules: Collection[str], as_of: dt.date, non_exemptible: Collection[str]
) -> str:
    """The first thing that is wrong with an entry; empty when nothing is."""
    missing = [name for name in _FIELDS if not fields.get(name)]
    strange = sorted(set(fields) - {*_FIELDS, *_OPTIONAL})
    strings = (*_FIELDS[:-1], *_OPTIONAL)
    texts = [name for name in strings if not isinstance(fields.get(name, ""), str)]
    reason = str(fields.get("reason", ""))
    rule, resource = str(fields.get("rule", "")), str(fields.get("resource", ""))
    expires = _date(fields.get("expires"))
    whole = rule in NEEDS_FINDING and not fields.get("finding")
    checks = (
        (bool(missing), f"{', '.join(missing)} missing; each entry needs {', '.join(_FIELDS)}"),
        (bool(strange), f"{', '.join(strange)} not known; allowed are {', '.join((*_FIELDS, *_OPTIONAL))}"),
        (bool(texts), f"{', '.join(texts)} must be text"),
        (rule not in rules, f"no rule is named {rule}"),
        (rule in non_exemptible, f"nobody is exempted from {rule}"),
        (not resource.strip("*?"), "resource matches everything; name the resource"),
        (len(reason) < MINIMUM_REASON, f"reason is shorter than {MINIMUM_REASON} characters"),
        (expires is None, "expires is no ISO date such as 2027-01-31"),
        (
            expires is not None and expires > as_of + dt.timedelta(days=MAXIMUM_DAYS),
            f"expires more than {MAXIMUM_DAYS} days ahead",
        ),
        (whole, f"{rule} is exempted finding by finding; add finding"),
    )
    return next((text for wrong, text in checks if wrong), "")


def _date(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None
