"""Reads the OpenAPI body of an API: JSON or YAML, within limits.

API Gateway imports bodies of up to 6 MB. YAML is read by PyYAML's safe loader in C; merge keys may multiply
and nesting may exhaust the C stack, so both are bounded. What cannot be read is None, and the rule stays
undecided.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

import yaml

if TYPE_CHECKING:
    from guardrails.openapi import Json

MAXIMUM_BYTES: Final = 6 * 1024 * 1024  # quota of API Gateway: size of an OpenAPI file at import
MAXIMUM_MERGED: Final = 100_000
MAXIMUM_DEPTH: Final = 200


class _BoundedLoader(yaml.CSafeLoader):
    """The safe loader with a bound on what merge keys (`<<`) may copy."""

    merged = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Count the pairs of each mapping after its merge keys are resolved.

        Raises:
            yaml.YAMLError: When they are more than the bound.
        """
        super().flatten_mapping(node)
        self.merged += len(node.value)
        if self.merged > MAXIMUM_MERGED:
            raise yaml.YAMLError(f"more than {MAXIMUM_MERGED} entries")


def parse(text: str) -> Json:
    """The document of a body; None when it is too large or neither JSON nor YAML."""
    if len(text.encode(errors="replace")) > MAXIMUM_BYTES:
        return None
    body = text.lstrip("\ufeff \t\r\n")
    try:
        return cast("Json", json.loads(body))
    except (ValueError, RecursionError):
        pass
    try:
        _check_depth(body)
        return cast("Json", yaml.load(body, Loader=_BoundedLoader))  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


def _check_depth(body: str) -> None:
    """Walk the events, which needs no recursion, before anything is built.

    Raises:
        yaml.YAMLError: When collections are nested more deeply than the bound.
    """
    depth = 0
    for event in yaml.parse(body, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAXIMUM_DEPTH:
            raise yaml.YAMLError(f"nested more than {MAXIMUM_DEPTH} deep")
