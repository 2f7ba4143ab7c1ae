"""The law that every live type obeys, tried on one resource against a running local cloud.

A test gives the inputs, what AWS must have after them, and how to look; `obeys` does the rest: make, refresh
without a difference, an interrupted create found again, every change there and back, drift seen and mended,
import, delete, and delete again. The fixture `bench` is there for every test in tests/cloud.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import pytest
from pulumi.runtime.proto import provider_pb2

from pavedroad.provider.kinds import SEED_KEY
from pavedroad.provider.store import MemoryStore
from tests.support.provider import ACCOUNT, REGION, Kept, Props, provider

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from tests.support.cloud import Cloud
    from tests.support.provider import Client

_REPLACING: Final = frozenset(
    {
        provider_pb2.PropertyDiff.ADD_REPLACE,
        provider_pb2.PropertyDiff.DELETE_REPLACE,
        provider_pb2.PropertyDiff.UPDATE_REPLACE,
    }
)
Seen: TypeAlias = "Mapping[str, object]"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A provider with a record of its own, and the cloud that it works on.

    Attributes:
        client: The provider, asked over gRPC.
        cloud: The local cloud; `cloud.client("sqs", ACCOUNT)` sees what the provider made.
        store: The provider's record.
    """

    client: Client
    cloud: Cloud
    store: MemoryStore

    def interrupt(self, kept: Kept) -> None:
        """Let the record be as if the provider had died after AWS made a resource, before it noted the id."""
        seed = cast("str", kept.outputs[SEED_KEY])
        record = next(item for item in self.store.records.values() if item.seed == seed)
        self.store.remove(record.key)
        begun = record.key._replace(id=f"begun:{seed}")
        self.store.put(replace(record, key=begun))


@contextmanager
def working_on(cloud: Cloud, *, account: str = ACCOUNT, region: str = REGION) -> Generator[Bench]:
    """A provider at a local cloud, with an empty record; it ends with the block."""
    store = MemoryStore(complete=True)
    with provider(cloud=cloud.endpoint, store=store, account=account, region=region) as client:
        yield Bench(client=client, cloud=cloud, store=store)


@pytest.fixture
def bench(cloud: Cloud) -> Generator[Bench]:
    """A provider of the test's own at the cloud of the test run."""
    with working_on(cloud) as ready:
        yield ready


def obeys(
    bench: Bench,
    token: str,
    name: str,
    inputs: Mapping[str, object],
    *,
    look: Callable[[Kept], Seen | None],
    seen: Seen,
    changes: Sequence[tuple[Mapping[str, object], Seen]] = (),
    drift: Callable[[Kept], object] | None = None,
    imported: Callable[[Kept], str] | None = None,
    blind: frozenset[str] = frozenset(),
    adopted: bool = True,
) -> Kept:
    """Try the law of live types on one resource, and return it as it was just before it was deleted.

    Args:
        bench: Provider and cloud.
        token: Type token.
        name: Logical name; one of its kind among the tests.
        inputs: What the program asks for.
        look: What boto3 sees of the resource, None when there is none.
        seen: Entries that it must see after `inputs`.
        changes: Inputs asked for one after the other, each with what must be seen then; afterwards `inputs`
            are asked for again, and what is seen must be as in the beginning.
        drift: Changes the resource behind the provider's back; None: the type has nothing that can drift.
        imported: The id to import it by; by default its id.
        blind: Inputs that an import cannot know (write-only ones, and those that steer the provider only).
        adopted: Whether an interrupted create is tried; False when the test does that itself.
    """
    client, asked = bench.client, _props(inputs)
    made = client.make(token, name, asked)
    _sees(look(made), seen, "after create")
    _rests(client, made, asked)
    if adopted:
        bench.interrupt(made)
        assert client.read(token, name, "", made.inputs).id == made.id, "an interrupted create is not found"
        again = client.make(token, name, asked)
        assert again.id == made.id, "an interrupted create made a second one"
        _sees(look(again), seen, "after an adopted create")
        _rests(client, again, asked)
    first = look(made)
    kept = made
    for number, (wanted, expected) in enumerate([*changes, (inputs, seen)] if changes else []):
        there = _props(wanted)
        difference = client.difference(kept, there)
        assert difference, f"change {number} is no difference"
        replacing = sorted(path for path, kind in difference.items() if kind in _REPLACING)
        assert not replacing, f"change {number} would replace, by {replacing}; it cannot be tried in place"
        kept = client.change(kept, there)
        assert kept.id == made.id
        _sees(look(kept), expected, f"after change {number}")
        _rests(client, kept, there)
    if changes:
        assert look(kept) == first, "what was changed there and back is not what it was"
    if drift is not None:
        kept = _mends(client, kept, asked, drift, lambda: _sees(look(made), seen, "after mending"))
    read = client.read(token, name, imported(kept) if imported else kept.id)
    assert read.id == kept.id, "an import gives another id"
    difference = {path for path in client.difference(read, asked) if path.partition(".")[0] not in blind}
    assert difference == set(), f"an import differs from the program: {read.inputs}"
    client.delete(kept)
    assert look(kept) is None, "still there after delete"
    assert client.refresh(kept).id == ""
    client.delete(kept)
    return kept


def _mends(
    client: Client, kept: Kept, asked: Props, drift: Callable[[Kept], object], mended: Callable[[], None]
) -> Kept:
    drift(kept)
    drifted = client.refresh(kept)
    assert drifted.id == kept.id
    assert client.difference(drifted, asked), f"drift is not seen: {drifted.inputs}"
    kept = client.change(drifted, asked)
    mended()
    _rests(client, kept, asked)
    return kept


def _rests(client: Client, kept: Kept, asked: Props) -> None:
    """Neither a refresh nor the next update finds anything to do."""
    refreshed = client.refresh(kept)
    assert refreshed.id == kept.id
    assert refreshed.inputs == kept.inputs, "a refresh changes the inputs"
    assert refreshed.outputs == kept.outputs, "a refresh changes the outputs"
    assert client.difference(refreshed, asked) == {}


def _sees(found: Seen | None, expected: Seen, when: str) -> None:
    assert found is not None, f"{when}: AWS has nothing"
    assert {key: found.get(key) for key in expected} == dict(expected), when


def _props(inputs: Mapping[str, object]) -> Props:
    return cast("Props", dict(inputs))
