"""The resource whose outputs are predicted, and the words that templates may use about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pavedroad.provider.values import UNKNOWN, Properties, Secret, Unknown, Value, at

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.provider.account import Account
    from pavedroad.provider.sdk import ResourceShape

_WORD: Final = re.compile(r"\{([^{}]+)\}")
_GENERATED: Final = re.compile(r"@(hex|alnum|ALNUM|upper|lower|digits)(\d+)")
_ALPHABETS: Final = {
    "hex": "0123456789abcdef",
    "alnum": "abcdefghijklmnopqrstuvwxyz0123456789",
    "ALNUM": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digits": "0123456789",
}


@dataclass(frozen=True)
class Subject:
    """One resource.

    Attributes:
        shape: Its type.
        urn: Its URN.
        name: Its logical name.
        inputs: Its checked inputs.
        account: Where it is made.
        seed: What tells this resource from the one that it replaces; Check chose it. Empty: there is none.
        found: Outputs computed so far; templates read them too.
    """

    shape: ResourceShape
    urn: str
    name: str
    inputs: Properties
    account: Account
    seed: str = ""
    found: Properties = field(default_factory=dict[str, Value])

    @property
    def origin(self) -> str:
        """What generated ids come from: the seed, which outlives a new URN, else the URN."""
        return self.seed or self.urn

    def read(self, path: str) -> Value:
        """A value by its path: an output computed already, else an input."""
        head, _, rest = path.partition(".")
        value = self.found[head] if head in self.found else self.inputs.get(head)
        return at(value, *rest.split(".")) if rest else value

    def generated(self, alphabet: str, length: int) -> str:
        """An id in AWS's form that depends on account, region and origin alone."""
        letters = _ALPHABETS[alphabet]
        seed = f"{self.account.account}\x00{self.account.region}\x00{self.origin}\x00{alphabet}"
        digest = sha256(seed.encode()).digest() + sha256(seed.encode() + b"\1").digest()
        return "".join(letters[byte % len(letters)] for byte in digest[:length])

    def uuid(self) -> str:
        """A version 4 UUID that depends on account, region and origin alone."""
        digits = self.generated("hex", 32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def fill(template: Value, subject: Subject) -> Value:
    """A template with its words filled in; maps and lists are filled inside.

    A word is a path of an output or input (`{name}`), `{@region}`, `{@account}`, `{@partition}`, `{@suffix}`
    (DNS), `{@logical}`, `{@uuid}` or a generated id such as `{@hex17}`. Unknown when a word is not known or
    not there; secret when a word is.
    """
    if isinstance(template, str):
        return _fill_text(template, subject)
    if isinstance(template, list):
        return [fill(item, subject) for item in template]
    if isinstance(template, dict):
        return {key: fill(item, subject) for key, item in template.items()}
    return template


def _fill_text(template: str, subject: Subject) -> Value:
    words = _words(template)
    if not words:
        return template
    values: list[str] = []
    secret = False
    for word in words:
        value = _word(word, subject)
        if isinstance(value, Secret):
            secret, value = True, value.value
        if isinstance(value, bool) or value is None or isinstance(value, (Unknown, list, dict, Secret)):
            return UNKNOWN
        values.append(value if isinstance(value, str) else f"{value:g}")
    pieces = iter(values)
    text = _WORD.sub(lambda _: next(pieces), template)
    return Secret(text) if secret else text


@cache
def _words(template: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(template))


def _word(word: str, subject: Subject) -> Value:
    if not word.startswith("@"):
        return subject.read(word)
    fixed = _FIXED.get(word)
    if fixed is not None:
        return fixed(subject)
    generated = _GENERATED.fullmatch(word)
    if generated is None:
        raise ValueError(f"{word!r} is no word of a template; allowed are paths and the words of fill()")
    return subject.generated(generated[1], int(generated[2]))


_FIXED: Final[dict[str, Callable[[Subject], str]]] = {
    "@region": lambda subject: subject.account.region,
    "@account": lambda subject: subject.account.account,
    "@partition": lambda subject: subject.account.partition,
    "@suffix": lambda subject: subject.account.dns_suffix,
    "@logical": lambda subject: subject.name,
    "@uuid": Subject.uuid,
}
