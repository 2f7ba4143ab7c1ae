"""How corrections reach the emulator's names: by module, checked when they are installed.

The emulator is untyped and its names are private; this is the one place that knows it. Names are looked up
at each use, so that a correction sees what another one has put in their place.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class CorrectionError(Exception):
    """The emulator is not the one that the corrections were written for."""


class Seam:
    """The names of one module of the emulator that a correction uses.

    Attributes:
        module: Its name below `ministack`, for instance `services.lambda_svc`.
    """

    def __init__(self, module: str, *names: str) -> None:
        self.module = module
        self._names = names

    def check(self) -> None:
        """Make sure that every name is there.

        Raises:
            CorrectionError: One is not: the emulator is another one than this was written for.
        """
        module = importlib.import_module(f"ministack.{self.module}")
        for name in self._names:
            if not hasattr(module, name):
                raise CorrectionError(
                    f"ministack.{self.module} has no {name}: the emulator's version changed; "
                    "pin the version that pyproject.toml names or rewrite the correction"
                )

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - the emulator is untyped
        """The present value of a name that was declared."""
        if name not in self._names:
            raise CorrectionError(f"{name} of ministack.{self.module} is used without being declared")
        return getattr(importlib.import_module(f"ministack.{self.module}"), name)

    def wrap(self, name: str, make: Callable[[Any], Callable[..., object]]) -> None:
        """Put `make(original)` in the place of a function.

        Raises:
            CorrectionError: Nothing changed by it.
        """
        original = self[name]
        replacement = make(original)
        if replacement is original:
            raise CorrectionError(f"{name} of ministack.{self.module} was to be replaced and was not")
        setattr(importlib.import_module(f"ministack.{self.module}"), name, replacement)

    def put(self, name: str, value: object) -> None:
        """Put a value in the place of another one.

        Raises:
            CorrectionError: It was never declared, or is not there.
        """
        _ = self[name]
        setattr(importlib.import_module(f"ministack.{self.module}"), name, value)
