"""Configuration of a function: the environment variables that it declares, and no others.

Read when the first event comes, never at import, so that a module can be imported, tested and packaged
anywhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMMON: Final = ("ENVIRONMENT", "LOG_LEVEL", "FUNCTION_TIMEOUT_SECONDS")
"""What every function is given; one that calls nothing may leave the timeout unread."""


class ConfigurationError(Exception):
    """An environment variable is missing or has no usable value; the system's definition has to be mended."""


@dataclass(frozen=True)
class Variables:
    """The declared variables of one function.

    Attributes:
        declared: The names that may be asked for.
        values: The environment they are looked up in.
    """

    declared: frozenset[str]
    values: Mapping[str, str]

    def optional(self, name: str) -> str | None:
        """The value of `name`, or None when it is unset or empty.

        Raises:
            ConfigurationError: `name` is not declared.
        """
        if name not in self.declared:
            raise ConfigurationError(f"{name}: not in the declared list ({', '.join(sorted(self.declared))})")
        return self.values.get(name) or None

    def text(self, name: str) -> str:
        """The value of `name`.

        Raises:
            ConfigurationError: It is unset or empty.
        """
        value = self.optional(name)
        if value is None:
            raise ConfigurationError(f"{name}: got nothing, allowed any text; set it on the function")
        return value

    def integer(self, name: str) -> int:
        """The value of `name` as a whole number of at least 0.

        Raises:
            ConfigurationError: It is unset or no such number.
        """
        value = self.text(name)
        if not (value.isascii() and value.isdigit()):
            raise ConfigurationError(f"{name}: got {value!r}, allowed a whole number of at least 0")
        return int(value)

    def one_of(self, name: str, allowed: Iterable[str]) -> str:
        """The value of `name`, which is one of `allowed`.

        Raises:
            ConfigurationError: It is unset or another value.
        """
        value, choices = self.text(name), list(allowed)
        if value not in choices:
            raise ConfigurationError(f"{name}: got {value!r}, allowed {', '.join(choices)}")
        return value


def read(declared: Iterable[str]) -> Variables:
    """The variables named in `declared`, from the process environment."""
    return Variables(frozenset(declared), dict(os.environ))
