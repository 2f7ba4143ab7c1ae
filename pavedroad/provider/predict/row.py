"""One line of the prediction tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from pavedroad.provider.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pavedroad.provider.predict.subject import Subject


@dataclass(frozen=True)
class Counted:
    """A number that AWS counts up: not known before the update, then one more than before.

    Attributes:
        template: Text with `{@count}` where the number stands.
        properties: Inputs whose change makes AWS count; none: every update does.
        once: Whether it is told at the creation alone, such as a date or the number of a layer's version.
    """

    template: str = "{@count}"
    properties: tuple[str, ...] = ()
    once: bool = False


Computed: TypeAlias = "Callable[[Subject], Value | Counted]"
Rule: TypeAlias = "Value | Counted | Computed"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What AWS answers for a type.

    Attributes:
        id: Template of the id, or what computes it.
        outputs: Computed properties in order; later ones may use earlier ones.
        defaults: What AWS fills in when the program says nothing; maps are completed key by key.
    """

    id: str | Callable[[Subject], Value]
    outputs: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    defaults: Mapping[str, Value] = field(default_factory=dict[str, Value])

    @property
    def unasked(self) -> dict[str, Value]:
        """What a resource has when nobody asks, where that is always the same."""
        fixed: dict[str, Value] = {
            key: rule
            for key, rule in self.outputs.items()
            if not callable(rule) and not isinstance(rule, Counted) and "{" not in str(rule)
        }
        return {**fixed, **self.defaults}
