"""Finds plaintext that looks like a secret, so that it never reaches a repository unnoticed.

Two signs: the name of a setting (`token`, `password` ...) and the form of a value (keys of known vendors,
private keys, addresses with a password). Names of secrets are no secrets: fields that end in `_secret` hold
names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from systems.settings._problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from systems.settings._tree import Path, Value

TELLING_NAMES: Final = re.compile(
    r"(^|[_-])(secret|token|password|passphrase|credentials?|api[_-]?key|private[_-]?key|(access|secret)key)$",
    re.IGNORECASE,
)
NAME_OF_A_SECRET: Final = re.compile(r"^[a-z]+_secret$")

FORMS: Final = (
    ("an AWS access key", re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")),
    ("a GitHub token", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("a payment provider's key", re.compile(r"\b[rs]k_(live|test)_[A-Za-z0-9]{16,}")),
    ("a JSON web token", re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+")),
    ("an address with a password", re.compile(r"\w+://[^/\s:@]+:[^/\s@]+@")),
    # 40 characters of base64 with upper case, lower case and a digit: the form of an AWS secret access key.
    (
        "an AWS secret key",
        re.compile(r"^(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*\d)[A-Za-z0-9/+]{40}$"),
    ),
)


def looks_like(name: str, text: str) -> str:
    """What kind of secret this value looks like; "" when it looks like none."""
    form = next((kind for kind, pattern in FORMS if pattern.search(text)), "")
    if form:
        return form
    return "a secret by its name" if TELLING_NAMES.search(name) and not NAME_OF_A_SECRET.match(name) else ""


def plaintext_secrets(values: Iterable[tuple[Path, str, Value]], origin: str) -> Iterator[Problem]:
    """A problem for each value in plaintext that looks like a secret; the value itself is never shown.

    Args:
        values: Path, path as a reader writes it, and value; encrypted ones left out.
        origin: File the values stand in.
    """
    for path, written, value in values:
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            kind = looks_like(path[-1], text) if isinstance(text, str) and text else ""
            if kind:
                message = (
                    f"{written}: plaintext that looks like {kind}; keep it in Secrets Manager and give its "
                    "name, or encrypt it with `pulumi config set --secret --path`"
                )
                yield Problem(path=written, text=message, origin=origin)
