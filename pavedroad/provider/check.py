"""Checked inputs: documents as text, the automatic name, and what AWS would refuse."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pavedroad.provider.kinds import SEED_KEY
from pavedroad.provider.limits.finding import Finding
from pavedroad.provider.naming import NameRequest, NamingError, automatic_name, known_name, rule_for
from pavedroad.provider.values import (
    UNKNOWN,
    Properties,
    Secret,
    Value,
    is_asset,
    is_secret,
    is_unknown,
    reveal,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pavedroad.provider.sdk import ResourceShape

_SEED_DIGITS: Final = 16


@dataclass(frozen=True)
class Checked:
    """The inputs to plan with, or why there are none."""

    inputs: Properties
    failures: Sequence[Finding] = ()


def check_inputs(shape: ResourceShape, news: Properties, olds: Properties, request: NameRequest) -> Checked:
    """Fill in what the official provider fills in, and find what is missing."""
    inputs = {key: _document(shape, key, value) for key, value in news.items() if not key.startswith("__")}
    failures = [
        Finding(
            key,
            f"{key}: got nothing, {shape.token} requires a value; add {key} to the resource's arguments",
        )
        for key, given in shape.inputs.items()
        if given.required and inputs.get(key) is None
    ]
    origin = _seed(olds, request.seed)
    if origin is not None:
        inputs[SEED_KEY] = origin
    rule = rule_for(shape)
    if rule is None:
        return Checked(inputs, failures)
    wanted = NameRequest(
        logical=request.logical,
        seed=request.seed,
        proposed=request.proposed,
        disabled=request.disabled,
        known=known_name(rule, olds),
    )
    try:
        name = automatic_name(rule, inputs, wanted)
    except NamingError as error:
        return Checked(inputs, [*failures, Finding(rule.property, str(error))])
    if name is not None:
        inputs[rule.property] = name
        inputs["__defaults"] = [rule.property]
    return Checked(inputs, failures)


def _seed(olds: Properties, seed: bytes) -> Value:
    """What ids of AWS's making come from, as long as the resource lives; an older one may have none."""
    return olds.get(SEED_KEY) if olds else sha256(seed).hexdigest()[:_SEED_DIGITS]


def _document(shape: ResourceShape, key: str, value: Value) -> Value:
    """A policy or definition given as an object becomes JSON text, as AWS takes it."""
    given = shape.inputs.get(key)
    if given is None or given.kind != "string" or is_asset(value):
        return value
    if isinstance(value, Secret) and isinstance(value.value, (dict, list)):
        return Secret(_document(shape, key, value.value))
    if not isinstance(value, (dict, list)):
        return value
    if is_unknown(value):
        return UNKNOWN
    text = json.dumps(reveal(value), separators=(",", ":"), sort_keys=True, default=_whole)
    return Secret(text) if is_secret(value) else text


def _whole(value: object) -> object:
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")
