"""Recorded types: made, changed, read and deleted in the provider's record.

An interrupted create is found again: the record knows what a resource was made from, and the same seed (or
the same URN under the same id) adopts what is there. Another resource under a taken name is refused as AWS
refuses it. What was replaced never takes its successor along: a delete leaves alone what was made from
another seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pavedroad.provider.diff import compare
from pavedroad.provider.identity import answers_to, error_code, key_of, name_of, numbers, place_of
from pavedroad.provider.kinds import KIND_KEY, SEED_KEY, Kind, marked
from pavedroad.provider.predict.plan import Mode, Planned, plan_create, plan_update
from pavedroad.provider.store import Key, Record
from pavedroad.provider.values import Secret, is_unknown, number, text

if TYPE_CHECKING:
    from pavedroad.provider.predict.subject import Subject
    from pavedroad.provider.store import Store
    from pavedroad.provider.values import Properties, Value

_AWS_OWN = "arn:aws:iam::aws:"
_MADE = Mode(preview=False, predicted=True)


class RefusedError(Exception):
    """AWS would refuse the operation; the text is in its words, with what to do."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What exists.

    Attributes:
        id: Its id, as the state has it.
        inputs: What it was made from.
        outputs: What it looks like.
    """

    id: str
    inputs: Properties
    outputs: Properties


@dataclass(frozen=True)
class Recorded:
    """Operations on resources of recorded types.

    Attributes:
        store: The record.
    """

    store: Store

    def create(self, subject: Subject) -> Planned:
        """Make a resource, or adopt the one that an interrupted create has made.

        Raises:
            RefusedError: Another resource has its name.
        """
        with self.store.exclusive():
            unfinished = self.store.made_from(place_of(subject), subject.seed) if subject.seed else None
            if unfinished is not None:
                return self._change(subject, unfinished)
            counted = numbers(subject)
            last = self.store.last_number(counted[0]) if counted else 0
            planned = plan_create(subject, replace(_MADE, last=last))
            holder = self._holder(subject, planned)
            if holder is not None:
                return self._change(subject, holder)
            if counted:
                given = number(planned.outputs.get(counted[1]))
                self.store.note_number(counted[0], int(given or last + 1))
            return self._put(subject, planned)

    def update(
        self, subject: Subject, identity: str, olds: Properties, _old_inputs: Properties | None = None
    ) -> Planned:
        """Change a resource; what an interrupted update has done already is not done, or counted, twice.

        Raises:
            RefusedError: It does not exist.
        """
        with self.store.exclusive():
            record = self.store.get(key_of(subject, identity, olds))
            if record is not None:
                return self._change(subject, record)
            if self.store.complete:
                raise RefusedError(
                    f"ResourceNotFoundException: {subject.shape.token} {identity} does not exist any more; "
                    "run `pavedroad refresh`, then `pavedroad up` makes it anew"
                )
            return self._put(subject, plan_update(subject, identity, olds, _MADE))

    def delete(self, subject: Subject, identity: str, olds: Properties) -> None:
        """Remove a resource; one that is gone already is well."""
        with self.store.exclusive():
            key = key_of(subject, identity, olds)
            record = self.store.get(key)
            seed = text(olds.get(SEED_KEY)) or ""
            if record is not None and (not seed or not record.seed or record.seed == seed):
                self.store.remove(key)

    def read(self, subject: Subject, identity: str, olds: Properties) -> Found | None:
        """What exists under an id; None when nothing does.

        Args:
            subject: The resource, with the inputs that the state has, if any.
            identity: Its id as the state has it, or as an import gives it.
            olds: Its outputs in the state; empty for an import.

        Raises:
            RefusedError: The id means several resources.
        """
        record = self._search(subject, identity, olds)
        if record is not None:
            return Found(
                id=record.key.id,
                inputs=secret_again(record.inputs, subject.inputs),
                outputs=secret_again(record.outputs, olds),
            )
        if olds and not self.store.complete:
            return Found(id=identity, inputs=subject.inputs, outputs=olds)
        if self.store.complete and not identity.startswith(_AWS_OWN):
            return None
        known = replace(subject, inputs=_guessed(subject, identity))
        outputs = plan_create(known, _MADE).outputs
        return Found(id=identity, inputs=known.inputs, outputs=marked(outputs, Kind.RECORDED, subject.seed))

    def unfinished(self, subject: Subject) -> Found | None:
        """What an interrupted create has made from the seed in its inputs; None when it came to nothing."""
        record = self.store.made_from(place_of(subject), subject.seed) if subject.seed else None
        if record is None:
            return None
        return Found(
            id=record.key.id,
            inputs=secret_again(record.inputs, subject.inputs),
            outputs=secret_again(record.outputs, subject.inputs),
        )

    def _search(self, subject: Subject, identity: str, olds: Properties) -> Record | None:
        if olds:
            return self.store.get(key_of(subject, identity, olds))
        found = [
            record for record in self.store.all(place_of(subject)) if answers_to(record, identity, subject)
        ]
        exact = [record for record in found if record.urn == subject.urn]
        if len(found) > 1 and len(exact) != 1:
            names = ", ".join(sorted(record.urn.rpartition("::")[2] for record in found))
            raise RefusedError(
                f"{identity}: got an id that {len(found)} resources of type {subject.shape.token} have "
                f"({names}); give the id in the form that the type's import section documents"
            )
        return (exact or found or [None])[0]

    def _holder(self, subject: Subject, planned: Planned) -> Record | None:
        """The resource that is already there and is the one to be made; a stranger is a refusal."""
        name = name_of(subject.shape.token, planned.outputs)
        named = self.store.named(place_of(subject), name) if name else None
        if named is not None and named.urn != subject.urn:
            raise RefusedError(
                f"{error_code(subject.shape.token)}: {subject.shape.token.rpartition(':')[2]} with name "
                f"{name.rpartition('/')[2]} already exists, made by {named.urn}; give one of the two another "
                "name, delete the other first, or, if it is the same resource, name its old URN in `aliases`"
            )
        if named is not None:
            return named
        outputs = marked(planned.outputs, Kind.RECORDED, subject.seed)
        there = self.store.get(key_of(subject, planned.id, outputs))
        return there if there is not None and there.urn == subject.urn else None

    def _change(self, subject: Subject, record: Record) -> Planned:
        known = replace(subject, seed=subject.seed or record.seed)
        same = not compare(subject.shape, record.inputs, subject.inputs).changes
        planned = plan_update(known, record.key.id, record.outputs, _MADE)
        if same:
            # Nothing is written to AWS, so nothing is counted; marks and tags of the provider still follow.
            kept = {
                key: value
                for key, value in record.outputs.items()
                if key not in {"tagsAll", KIND_KEY, SEED_KEY} and key not in subject.inputs
            }
            planned = replace(planned, outputs={**planned.outputs, **kept})
        return self._put(known, planned, record.key)

    def _put(self, subject: Subject, planned: Planned, key: Key | None = None) -> Planned:
        outputs = marked(planned.outputs, Kind.RECORDED, subject.seed)
        self.store.put(
            Record(
                key=key or key_of(subject, planned.id, outputs),
                urn=subject.urn,
                seed=subject.seed,
                name=name_of(subject.shape.token, outputs),
                inputs=subject.inputs,
                outputs=outputs,
            )
        )
        return replace(planned, outputs=outputs)


def _guessed(subject: Subject, identity: str) -> Properties:
    """Inputs of a resource of which only the id is known; for a type that is named by its id, the name."""
    inputs: Properties = {**subject.inputs}
    plain = not identity.startswith(("arn:", "https:"))
    if plain and "name" in subject.shape.inputs and inputs.get("name") is None:
        inputs["name"] = identity
    return inputs


def secret_again(known: Properties, like: Properties) -> Properties:
    """Properties with the secret marks that the state has at the same places."""
    return {key: _marked_secret(value, like.get(key)) for key, value in known.items()}


def _marked_secret(value: Value, like: Value) -> Value:
    """A value with the secret marks that the state has at the same places."""
    if isinstance(value, Secret) or value is None or is_unknown(value):
        return value
    if isinstance(like, Secret):
        return Secret(value)
    if isinstance(value, dict) and isinstance(like, dict):
        return {key: _marked_secret(item, like.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(like, list) and len(value) == len(like):
        return [_marked_secret(item, other) for item, other in zip(value, like, strict=True)]
    return value
