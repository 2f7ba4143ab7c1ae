"""Operations on resources of live types: what AWS says is the truth, the record only tells whose it is.

Before a resource is made, the record notes from which seed; the note gets the resource's id when it is there.
A create that was interrupted in between is found by its natural key and finished, never made twice.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pavedroad.provider.account import merged_tags
from pavedroad.provider.diff import compare, equal
from pavedroad.provider.identity import key_of, name_of
from pavedroad.provider.kinds import SEED_KEY, Kind, marked
from pavedroad.provider.live.answers import hidden, merged, tags_in, told_inputs, told_otherwise
from pavedroad.provider.live.contract import Call, Refused
from pavedroad.provider.live.plain import plains, strings_in
from pavedroad.provider.live.retrying import absent, code_of, message_of, retrying, taken
from pavedroad.provider.live.table import live_type
from pavedroad.provider.predict.plan import Mode, Planned, plan_create, plan_update
from pavedroad.provider.recorded import Found, RefusedError, secret_again
from pavedroad.provider.store import Record
from pavedroad.provider.values import is_unknown, text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pavedroad.provider.live.clients import Endpoint
    from pavedroad.provider.live.contract import LiveType
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.predict.subject import Subject
    from pavedroad.provider.store import Store
    from pavedroad.provider.values import Properties

_MADE: Final = Mode(preview=False, predicted=True)
_HINTS: Final = {
    "AccessDenied": "the local cloud enforces IAM; see which policy the text names",
    "AlreadyExists": "delete or rename the other one, or take it over with `pavedroad import`",
    "AlreadyOwnedByYou": "delete or rename the other one, or take it over with `pavedroad import`",
    "QueueNameExists": "delete or rename the other one, or take it over with `pavedroad import`",
}


@dataclass(frozen=True)
class Live:
    """Operations on resources of live types.

    Attributes:
        store: The record, which tells what was made from which seed.
        endpoint: Where the local cloud is.
        report: Told the URN and the text of what the user should know.
    """

    store: Store
    endpoint: Endpoint
    report: Callable[[str, str], None]

    def create(self, subject: Subject) -> Planned:
        """Make a resource, or finish what an interrupted create has begun.

        Raises:
            RefusedError: AWS refuses it, or the local cloud does not answer.
        """
        kind = live_type(subject.shape.token)
        planned = plan_create(subject, _MADE)
        call = self._call(subject, predicted=planned.outputs)
        begun = self._begun(subject, planned)
        with _answering(self.endpoint):
            if begun is not None:
                there = self._unfinished(kind, call, begun, planned)
                if there is not None:
                    return self._adopt(kind, call, there, planned)
                self.store.remove(begun.key)
            self._note(subject, planned.outputs, f"begun:{subject.seed}")
            with self._forgetting(subject, planned):
                identity = retrying(lambda: kind.create(call))
            return self._settle(kind, call, replace(planned, id=identity))

    def unfinished(self, subject: Subject) -> Found | None:
        """What an interrupted create has made from the seed in its inputs; None when it came to nothing.

        Raises:
            RefusedError: AWS refuses the look, or the local cloud does not answer.
        """
        planned = plan_create(subject, _MADE)
        begun = self._begun(subject, planned)
        if begun is None:
            return None
        call = self._call(subject, predicted=planned.outputs)
        with _answering(self.endpoint):
            there = self._unfinished(live_type(subject.shape.token), call, begun, planned)
        if there is None:
            self.store.remove(begun.key)
            return None
        return self.read(subject, there, marked(planned.outputs, Kind.LIVE, subject.seed))

    def update(self, subject: Subject, identity: str, olds: Properties, old_inputs: Properties) -> Planned:
        """Change a resource from what the state says of it to what the program asks for.

        Raises:
            RefusedError: AWS refuses it, it is gone, or the local cloud does not answer.
        """
        kind = live_type(subject.shape.token)
        planned = plan_update(subject, identity, olds, _MADE)
        changed = compare(subject.shape, old_inputs, subject.inputs).tops
        if not equal(olds.get("tagsAll"), planned.outputs.get("tagsAll")):
            changed.add("tags")
        call = self._call(subject, before=olds, predicted=planned.outputs, changed=frozenset(changed))
        with _answering(self.endpoint):
            self._change(kind, call, identity)
            return self._settle(kind, call, planned)

    def delete(self, subject: Subject, identity: str, olds: Properties) -> None:
        """Remove a resource; one that is gone already, or that its replacement has taken over, is well.

        Raises:
            RefusedError: AWS refuses it, or the local cloud does not answer.
        """
        kind = live_type(subject.shape.token)
        key = key_of(subject, identity, olds)
        record, seed = self.store.get(key), text(olds.get(SEED_KEY)) or ""
        if record is not None and seed and record.seed and record.seed != seed:
            return
        call = self._call(subject, before=olds)
        with _answering(self.endpoint):
            _unless_absent(lambda: retrying(lambda: kind.delete(call, identity)))
        self.store.remove(key)

    def read(self, subject: Subject, identity: str, olds: Properties) -> Found | None:
        """What exists under an id; None when nothing does.

        Args:
            subject: The resource, with the inputs that the state has, if any.
            identity: Its id as the state has it, or as an import gives it.
            olds: Its outputs in the state; empty for an import.

        Raises:
            RefusedError: AWS refuses it, or the local cloud does not answer.
        """
        kind = live_type(subject.shape.token)
        call = self._call(subject, before=olds)
        importing = not olds and not call.inputs
        with _answering(self.endpoint):
            if kind.locate is not None and not olds:
                identity, given = kind.locate(call, identity)
                call = replace(call, inputs={**given, **call.inputs})
            found = self._look(kind, call, identity)
        if found is None:
            return None
        inputs = told_inputs(subject, kind, found, importing=importing)
        known = replace(subject, inputs=inputs)
        outputs = merged(subject, olds or plan_create(known, _MADE).outputs, found, kind)
        if "tags" in found and "tagsAll" in subject.shape.outputs:
            outputs["tagsAll"] = dict(tags_in(found))
        seed = subject.seed or text(olds.get(SEED_KEY)) or ""
        return Found(
            id=identity,
            inputs=secret_again(hidden(kind, inputs), subject.inputs),
            outputs=secret_again(marked(hidden(kind, outputs), Kind.LIVE, seed), olds),
        )

    def _call(
        self,
        subject: Subject,
        *,
        before: Properties | None = None,
        predicted: Properties | None = None,
        changed: frozenset[str] = frozenset(),
    ) -> Call:
        from pavedroad.provider.live.clients import Clients  # noqa: PLC0415 - a preview needs no client

        place = subject.account
        wanted = {"all": merged_tags(place, subject.inputs.get("tags"))}
        return Call(
            subject=subject,
            clients=Clients(self.endpoint, place.account, place.region),
            inputs=_given(subject),
            before=plains(before or {}),
            predicted=plains({k: v for k, v in (predicted or {}).items() if not is_unknown(v)}),
            changed=changed,
            tags=strings_in(plains(wanted), "all"),
        )

    @contextmanager
    def _forgetting(self, subject: Subject, planned: Planned) -> Generator[None]:
        """Forget what was begun when the name is another's: the next create must not adopt that one."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

        try:
            yield
        except (ClientError, Refused) as error:
            if taken(error):
                begun = marked(planned.outputs, Kind.LIVE, subject.seed)
                self.store.remove(key_of(subject, f"begun:{subject.seed}", begun))
            raise

    def _begun(self, subject: Subject, planned: Planned) -> Record | None:
        """The note of a create that was begun from the same seed."""
        if not subject.seed:
            return None
        return self.store.made_from(key_of(subject, "", planned.outputs).place, subject.seed)

    def _unfinished(self, kind: LiveType, call: Call, begun: Record, planned: Planned) -> str | None:
        """The id of what an interrupted create has made, if it came that far."""
        identity = begun.key.id
        if identity.startswith("begun:"):
            taken = frozenset(record.key.id for record in self.store.all(begun.key.place))
            found = kind.find(replace(call, taken=taken)) if kind.find is not None else planned.id
            if not found:
                return None
            identity = found
        return identity if self._look(kind, call, identity) is not None else None

    def _adopt(self, kind: LiveType, call: Call, identity: str, planned: Planned) -> Planned:
        finishing = replace(call, before=call.predicted, changed=frozenset(call.inputs) | {"tags"})
        if kind.update is not None:
            self._change(kind, finishing, identity)
        return self._settle(kind, call, replace(planned, id=identity))

    def _change(self, kind: LiveType, call: Call, identity: str) -> None:
        update = kind.update
        if update is None:
            raise Refused("NotSupported", f"{call.subject.shape.token} cannot be changed, only replaced")
        retrying(lambda: update(call, identity))

    def _look(self, kind: LiveType, call: Call, identity: str) -> Plains | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

        try:
            return retrying(lambda: kind.read(call, identity))
        except (ClientError, Refused) as error:
            if absent(error):
                return None
            raise

    def _settle(self, kind: LiveType, call: Call, planned: Planned) -> Planned:
        """What was made or changed, as AWS tells it, noted in the record."""
        reading = replace(call, before={**call.predicted, **call.before})
        found = self._look(kind, reading, planned.id)
        if found is None:
            raise Refused(
                "ResourceNotFoundException", f"{planned.id} does not exist although it was just written"
            )
        otherwise = told_otherwise(call.subject, kind, found)
        if otherwise:
            names = ", ".join(otherwise)
            said = f"AWS took it and has something else than asked for: {names}; a refresh shows what"
            self.report(call.subject.urn, said)
        outputs = hidden(kind, merged(call.subject, planned.outputs, found, kind))
        outputs = marked(outputs, Kind.LIVE, call.subject.seed)
        self._note(call.subject, outputs, planned.id)
        return replace(planned, outputs=outputs)

    def _note(self, subject: Subject, outputs: Properties, identity: str) -> None:
        key = key_of(subject, identity, marked(outputs, Kind.LIVE, subject.seed))
        with self.store.exclusive():
            noted = self.store.made_from(key.place, subject.seed) if subject.seed else None
            if noted is not None and noted.key != key:
                self.store.remove(noted.key)
            self.store.put(
                Record(
                    key=key,
                    urn=subject.urn,
                    seed=subject.seed,
                    name=name_of(subject.shape.token, outputs),
                    inputs=subject.inputs,
                    outputs=outputs,
                )
            )


def _given(subject: Subject) -> Plains:
    """What the program asks for; an optional text that is empty counts as not given."""
    known = subject.shape.inputs
    return {
        key: value
        for key, value in plains(subject.inputs).items()
        if value != "" or (key in known and known[key].required)
    }


def _unless_absent(operation: Callable[[], None]) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        operation()
    except (ClientError, Refused) as error:
        if not absent(error):
            raise


@contextmanager
def _answering(endpoint: Endpoint) -> Generator[None]:
    """Give AWS's own text to the user; the engine says which resource it is about."""
    from botocore import exceptions  # noqa: PLC0415 - a preview needs no boto3

    try:
        yield
    except (exceptions.ClientError, Refused) as error:
        code = code_of(error)
        hint = next((words for part, words in _HINTS.items() if part in code), "")
        operation = f" ({error.operation_name})" if isinstance(error, exceptions.ClientError) else ""
        raise RefusedError(
            f"{code}: {message_of(error)}{operation}" + (f"; {hint}" if hint else "")
        ) from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise RefusedError(
            f"the local cloud at {endpoint.url} does not answer ({type(error).__name__}); "
            "see `pavedroad cloud status` and `pavedroad cloud logs`, then run `pavedroad up` again"
        ) from error
    except exceptions.BotoCoreError as error:
        raise RefusedError(str(error)) from error
