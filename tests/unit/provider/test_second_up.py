"""The whole program made twice in the durable record: the second time nothing is to be done."""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2, resource_pb2

from pavedroad.engine.assets import with_hashes
from pavedroad.provider.record_file import RecordFile
from tests.support import mocks
from tests.support.provider import UNKNOWN, plain, provider, seed_of, struct
from tests.support.settings import run_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pavedroad.provider.store import Store
    from tests.support.provider import Client, Plain, Props

ROOT = Path(__file__).resolve().parents[3]
PROVIDER = "pulumi:providers:aws"


@dataclass(frozen=True)
class Kept:
    """A resource as a stack's state keeps it."""

    id: str
    inputs: Props
    outputs: Props


@dataclass
class Up:
    """One `up` of the program against a provider, without the engine.

    Attributes:
        aws: The provider.
        state: What earlier runs left.
        changes: What this run would change: URN and paths.
        refusals: What Check refused: URN and property.
        unknown: Outputs of previewed changes that were not known: URN and property.
    """

    aws: Client
    state: dict[str, Kept]
    preview: bool = False
    changes: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    refusals: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    seen: set[str] = field(default_factory=set[str])

    def register(self, urn: str, inputs: Props) -> Kept:
        """Check, then Create what is new and Diff what is not."""
        self.seen.add(urn)
        old = self.state.get(urn)
        checked = self.aws.stub.Check(
            provider_pb2.CheckRequest(
                urn=urn,
                news=struct(inputs),
                olds=struct(old.inputs) if old else None,
                randomSeed=seed_of(urn, ""),
            )
        )
        if checked.failures:
            self.refusals[urn] = [failure.reason for failure in checked.failures]
        if old is None:
            made = self.aws.stub.Create(
                provider_pb2.CreateRequest(urn=urn, properties=checked.inputs, preview=self.preview)
            )
            kept = Kept(made.id, plain(checked.inputs), plain(made.properties))
            self.state[urn] = kept
            return kept
        answer = self.aws.stub.Diff(
            provider_pb2.DiffRequest(
                id=old.id,
                urn=urn,
                old_inputs=struct(old.inputs),
                olds=struct(old.outputs),
                news=checked.inputs,
            )
        )
        if answer.changes != provider_pb2.DiffResponse.DIFF_NONE:
            self.changes[urn] = sorted(answer.detailedDiff)
        return old


def up(store: Store, state: dict[str, Kept], stack: str, *, tags: Mapping[str, str] | None = None) -> Up:
    """Run the program, each registration answered by the provider."""
    with provider(store=store) as aws, pytest.MonkeyPatch.context() as patch:
        run = Up(aws, state)

        class Monitor(mocks.RecordingMonitor):
            def RegisterResource(  # noqa: N802 - the name of the protocol's method
                self, request: resource_pb2.RegisterResourceRequest
            ) -> resource_pb2.RegisterResourceResponse:
                if not request.custom:
                    return super().RegisterResource(request)
                urn = self.make_urn(request.parent, request.type, request.name)
                inputs = cast("Props", json_format.MessageToDict(request.object))
                if request.type == PROVIDER:
                    if tags is not None:
                        inputs["defaultTags"] = {"tags": cast("Plain", dict(tags))}
                    aws.configure(**inputs)
                    return resource_pb2.RegisterResourceResponse(urn=urn, id="p", object=request.object)
                kept = run.register(urn, cast("Props", with_hashes(inputs, ROOT)))
                return resource_pb2.RegisterResourceResponse(urn=urn, id=kept.id, object=struct(kept.outputs))

        patch.setattr(mocks, "RecordingMonitor", Monitor)

        def build() -> None:
            runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

        run_program(patch, build, directory=ROOT, stack=stack, preview=False)
    return run


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_second_up_changes_nothing(tmp_path: Path, stack: str) -> None:
    path, state = tmp_path / "record", dict[str, Kept]()
    first = up(RecordFile(path), state, stack)
    second = up(RecordFile(path), state, stack)

    assert first.refusals == second.refusals == {}
    assert len(first.seen) > 90
    assert second.seen == first.seen
    assert second.changes == {}
    assert UNKNOWN not in str(state)


def test_a_second_up_after_a_lost_state_makes_nothing_twice(tmp_path: Path) -> None:
    """All answers of the first run are lost: each create finds what it made."""
    path, first, second = tmp_path / "record", dict[str, Kept](), dict[str, Kept]()
    up(RecordFile(path), first, "dev")
    up(RecordFile(path), second, "dev")

    assert second == first


def test_other_tags_of_the_provider_change_what_bears_tags_and_nothing_else(tmp_path: Path) -> None:
    path, state = tmp_path / "record", dict[str, Kept]()
    up(RecordFile(path), state, "dev", tags={"team": "road"})
    second = up(RecordFile(path), state, "dev", tags={"team": "rail"})

    tagged = {urn for urn, kept in state.items() if "tagsAll" in kept.outputs}
    assert set(second.changes) == tagged
    assert len(tagged) > 10
    assert {path for paths in second.changes.values() for path in paths} == {"tagsAll.team"}
