"""The outputs of a resource: inputs echoed, defaults filled in, computed values predicted or unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pavedroad.provider.account import merged_tags
from pavedroad.provider.diff import equal
from pavedroad.provider.naming import name_from_prefix
from pavedroad.provider.predict.general import general_row
from pavedroad.provider.predict.row import Counted, Row
from pavedroad.provider.predict.subject import Subject, fill
from pavedroad.provider.predict.tables import ROWS
from pavedroad.provider.values import UNKNOWN, Properties, Secret, Unknown, Value, is_unknown, number, text

if TYPE_CHECKING:
    from pavedroad.provider.predict.row import Rule
    from pavedroad.provider.sdk import Output, ResourceShape

_PLACE: Final = frozenset({"region", "tagsAll"})


@dataclass(frozen=True, kw_only=True)
class Mode:
    """How much is told.

    Attributes:
        preview: Whether nothing is made yet, so that values may stay unknown.
        predicted: Whether computed values are predicted; else they stay unknown in a preview.
        last: The number that AWS gave last under a name whose numbers outlive what they count.
    """

    preview: bool
    predicted: bool
    last: int = 0


@dataclass(frozen=True)
class Planned:
    """The answer to a create or an update.

    Attributes:
        id: Id of the resource; empty when it is not known yet.
        outputs: All output properties of the type.
    """

    id: str
    outputs: Properties


def plan_create(subject: Subject, mode: Mode) -> Planned:
    """What a new resource will look like."""
    return _plan(subject, mode, before=None)


def plan_update(subject: Subject, resource_id: str, before: Properties, mode: Mode) -> Planned:
    """What a changed resource will look like: what AWS computed stays, what it counts goes up."""
    return replace(_plan(subject, mode, before=before), id=resource_id)


def row_for(shape: ResourceShape) -> Row:
    """What AWS answers for a type."""
    return ROWS.get(shape.token) or general_row(shape)


def predicted_arn(subject: Subject) -> Value:
    """The ARN that a resource will have; unknown or nothing when it cannot be told."""
    row = row_for(subject.shape)
    arn = row.outputs.get("arn")
    if arn is None or isinstance(arn, Counted):
        return None
    answer = arn(subject) if callable(arn) else fill(arn, subject)
    return None if isinstance(answer, Counted) else answer


def _plan(subject: Subject, mode: Mode, before: Properties | None) -> Planned:
    row = row_for(subject.shape)
    outputs: Properties = {key: value for key, value in subject.inputs.items() if not key.startswith("__")}
    for key, default in row.defaults.items():
        outputs[key] = _completed(outputs.get(key), fill(default, subject))
    for key, value in subject.inputs.items():
        base = key.removesuffix("Prefix")
        if base in subject.shape.outputs and base != key and outputs.get(base) is None:
            prefix = text(value)
            grown = UNKNOWN if prefix is None else name_from_prefix(prefix, subject.origin.encode())
            outputs[base] = grown if before is None else before.get(base, grown)
    working = replace(subject, inputs=outputs, found={})
    past = None if before is None else replace(subject, inputs=before, found={})
    for key, rule in row.outputs.items():
        if outputs.get(key) is None:
            value = _computed(rule, key, working, mode, past)
            working.found[key] = value
            outputs[key] = value
    identity = text(row.id(working) if callable(row.id) else fill(row.id, working)) or ""
    for key, output in subject.shape.outputs.items():
        if key not in outputs or (outputs[key] is None and key not in row.defaults):
            outputs[key] = _missing(key, output, subject, before)
    if mode.preview and not mode.predicted and before is None:
        return Planned("", _honest(subject, row, outputs))
    if mode.preview:
        return Planned(identity, outputs)
    settled = {key: _settled(value) for key, value in outputs.items()}
    return Planned(identity or subject.uuid(), settled)


def _computed(rule: Rule, key: str, subject: Subject, mode: Mode, past: Subject | None) -> Value:
    answer = _answer(rule, subject)
    if isinstance(answer, Counted):
        return _counted(answer, key, subject, mode, past)
    if past is not None and key in past.inputs and _answer(rule, past) == answer:
        # Nothing that AWS computes it from has changed, so it stays what it is, predictable or not.
        return past.inputs[key]
    return answer


def _answer(rule: Rule, subject: Subject) -> Value | Counted:
    answer = rule(subject) if callable(rule) else rule
    return answer if callable(rule) or isinstance(answer, Counted) else fill(answer, subject)


def _counted(rule: Counted, key: str, subject: Subject, mode: Mode, past: Subject | None) -> Value:
    before = {} if past is None else past.inputs
    old = before.get(key)
    if past is not None and rule.properties and not _moved(rule, subject, before):
        return old
    if old is not None and rule.once:
        return old
    if mode.preview:
        return UNKNOWN
    known = text(old) or ""
    # What is generated anew must differ from what it takes the place of.
    drawn = replace(subject, seed=f"{subject.origin}\x00{known}") if known else subject
    last = number(known.removesuffix(rule.template.partition("{@count}")[2]).rpartition(":")[2] or old)
    return fill(rule.template.replace("{@count}", f"{(last or mode.last) + 1:g}"), drawn)


def _moved(rule: Counted, subject: Subject, before: Properties) -> bool:
    return any(not equal(before.get(name), subject.inputs.get(name)) for name in rule.properties)


def _missing(key: str, output: Output, subject: Subject, before: Properties | None) -> Value:
    if key == "tagsAll":
        return merged_tags(subject.account, subject.inputs.get("tags"))
    if key == "region":
        return subject.account.region
    if output.optional or subject.inputs.get(key.removesuffix("Prefix")) is not None:
        return None
    return UNKNOWN if before is None else before.get(key)


def _completed(given: Value, default: Value) -> Value:
    if given is None:
        return default
    if isinstance(given, dict) and isinstance(default, dict):
        return {**given, **{key: _completed(given.get(key), item) for key, item in default.items()}}
    return given


def _honest(subject: Subject, row: Row, outputs: Properties) -> Properties:
    """A first preview with the official provider: what the program gives is known, the rest is not."""
    honest: Properties = {}
    for key, value in outputs.items():
        output = subject.shape.outputs.get(key)
        given = subject.inputs.get(key) is not None
        if output is None or given or key in _PLACE:
            honest[key] = subject.inputs[key] if given else value
        elif output.optional and (key in row.defaults or value is None):
            honest[key] = value
        else:
            honest[key] = UNKNOWN
    return honest


def _settled(value: Value) -> Value:
    # After an update nothing may stay unknown; what cannot be predicted is left out, as a field AWS leaves
    # empty.
    if isinstance(value, Unknown) or (isinstance(value, Secret) and is_unknown(value)):
        return None
    if isinstance(value, list):
        return [_settled(item) for item in value]
    if isinstance(value, dict):
        return {key: _settled(item) for key, item in value.items()}
    return value
