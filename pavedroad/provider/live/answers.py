"""What AWS has told of a resource, as its inputs and outputs in the state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pavedroad.provider.diff import compare, equal
from pavedroad.provider.live.plain import empty, plain, pruned, strings_in, without_empty
from pavedroad.provider.predict.plan import row_for
from pavedroad.provider.predict.row import Counted
from pavedroad.provider.predict.subject import fill
from pavedroad.provider.values import Secret, is_asset, is_unknown

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pavedroad.provider.live.contract import LiveType
    from pavedroad.provider.live.plain import Plain, Plains
    from pavedroad.provider.predict.subject import Subject
    from pavedroad.provider.values import Properties, Value

_TAGS: Final = frozenset({"tags", "tagsAll"})


def _told(kind: LiveType, found: Plains, names: Container[str]) -> Iterator[tuple[str, Plain]]:
    """What of some properties AWS told as it was given; tags are compared by themselves."""
    for key, value in found.items():
        if key in names and key not in _TAGS and key not in kind.write_only:
            yield key, value


def merged(subject: Subject, known: Properties, found: Plains, kind: LiveType) -> Properties:
    """Outputs as they are known, with what AWS says where that is something else."""
    outputs: Properties = {
        key: value for key, value in known.items() if key in subject.shape.outputs or key.startswith("__")
    }
    for key, value in _told(kind, found, subject.shape.outputs):
        before = outputs.get(key)
        if not _same(subject, key, before, value):
            outputs[key] = _value(value)
    return outputs


def hidden(kind: LiveType, known: Properties) -> Properties:
    """Properties with the secret marks that the type demands."""
    return {key: _covered(value) if key in kind.secret else value for key, value in known.items()}


def _covered(value: Value) -> Value:
    return value if value is None or isinstance(value, Secret) or is_unknown(value) else Secret(value)


def told_otherwise(subject: Subject, kind: LiveType, found: Plains) -> list[str]:
    """Inputs of which AWS has something else than what was asked for."""
    return [
        key
        for key, value in _told(kind, found, subject.shape.inputs)
        if key in subject.inputs and not _same(subject, key, subject.inputs[key], value)
    ]


def told_inputs(subject: Subject, kind: LiveType, found: Plains, *, importing: bool) -> Properties:
    """What a program would have to say to get what exists.

    What the state's inputs say in other words stays as it is; what they do not say is told only when AWS has
    something else than its default there.
    """
    inputs: Properties = {**subject.inputs}
    for key, value in _told(kind, found, subject.shape.inputs):
        if key in inputs:
            if not _same(subject, key, inputs[key], value):
                inputs[key] = None if empty(value) else _value(pruned(value, plain(inputs[key])))
        elif empty(value):
            if importing and value is not None and subject.shape.inputs[key].required:
                inputs[key] = _value(value)
        elif _remarkable(subject, key, found, importing=importing):
            inputs[key] = _value(value)
    if kind.tagged and "tags" in found:
        inputs.update(_own_tags(subject, found))
    return {key: value for key, value in inputs.items() if value is not None}


def _remarkable(subject: Subject, key: str, found: Plains, *, importing: bool) -> bool:
    """Whether AWS has something else than it would have if nobody asked for anything."""
    row = row_for(subject.shape)
    rule = row.defaults.get(key)
    if rule is None and key not in row.defaults:
        if not importing or key not in row.outputs:
            return importing
        rule = row.outputs[key]  # what AWS computes when nobody asks
    known = replace(
        subject, inputs={**subject.inputs, **{name: _value(item) for name, item in found.items()}}
    )
    default = rule(known) if callable(rule) else rule if isinstance(rule, Counted) else fill(rule, known)
    if isinstance(default, Counted):
        return False  # what AWS counts or measures nobody asks for
    if is_unknown(default):
        return True
    return not _same(subject, key, default, found[key])


def _own_tags(subject: Subject, found: Plains) -> Properties:
    """The resource's own tags: those that are not just the provider's."""
    given, default = subject.inputs.get("tags"), subject.account.default_tags
    own = given if isinstance(given, dict) else {}
    tags: dict[str, Value] = {
        key: value for key, value in tags_in(found).items() if key in own or default.get(key) != value
    }
    # A default tag that somebody took away can only be told as a change of the resource's own.
    if not tags and given is None:
        return {}
    return {"tags": given if equal(given, tags) else tags}


def tags_in(found: Plains) -> dict[str, str]:
    """All tags that AWS told."""
    return strings_in(found, "tags")


def _same(subject: Subject, key: str, asked: Value, found: Plain) -> bool:
    """Whether what was found is what was asked for, in AWS's words."""
    if is_asset(asked):
        return True
    bare = None if is_unknown(asked) else without_empty(plain(asked), found)
    if empty(bare) and empty(found):
        return True
    if bare is None:
        return False
    left: Properties = {key: _value(bare)}
    right: Properties = {key: _value(pruned(found, bare))}
    return not compare(subject.shape, left, right, exact=True).changes


def _value(value: object) -> Value:
    return value  # pyright: ignore[reportReturnType] - plain JSON is a part of the values
