"""Another provider for a resource: it is made anew where that one works, and goes where the old one did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from pavedroad import engine
from tests.support.engine import PROVIDER, Observed, write_project
from tests.support.engine_crash import request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG: Final = "  aws:region: {}\n"
QUEUE: Final = 'import pulumi_aws as aws\naws.sqs.Queue("q")\n'
EXPLICIT: Final = """
import pulumi
import pulumi_aws as aws

provider = aws.Provider("{name}", region="{region}"{options})
aws.sqs.Queue("q", opts=pulumi.ResourceOptions(provider=provider))
"""


def moving_provider(folder: Path, log: Path, broken: Path) -> Path:
    """The cases' provider: a region replaces it, it notes what it does where, and can refuse to delete."""
    source = (PROVIDER / "pulumi-resource-aws").read_text()
    source = source.replace(
        "return p.DiffResponse(changes=p.DiffResponse.DIFF_NONE)",
        'moved = ["region"] if plain(r.old_inputs).get("region") != plain(r.news).get("region") else []\n'
        "        return p.DiffResponse(changes=1 + bool(moved), diffs=moved, replaces=moved)",
    )
    note = f'open({str(log)!r}, "a").write(f"{{0}} {{self.region}}\\n")'
    source = source.replace(
        "        if not r.preview:\n            self._fail(r.properties",
        "        if not r.preview:\n            " + note.replace("{0}", "create") + "\n"
        "            self._fail(r.properties",
    ).replace(
        '        self._fail(r.properties, "delete", c)',
        f'        if os.path.exists({str(broken)!r}): c.abort(grpc.StatusCode.INTERNAL, "not now")\n'
        "        " + note.replace("{0}", "delete"),
    )
    folder.mkdir()
    path = folder / "pulumi-resource-aws"
    path.write_text(source)
    path.chmod(0o755)
    return folder


class Stack:
    """A project whose provider tells what it does, and in which region."""

    def __init__(self, root: Path) -> None:
        self.root, self.log, self.broken = root, root / "log", root / "broken"
        self.log.touch()
        self.request = request(root, moving_provider(root / "plugin", self.log, self.broken))

    def run(
        self,
        program: str,
        region: str = "eu-west-1",
        operation: Callable[..., engine.RunResult] = engine.up,
    ) -> Observed:
        self.log.write_text("")
        write_project(self.root, program, CONFIG.format(region))
        observed = Observed()
        observed.ok = operation(self.request, observed.take).outcome is engine.Outcome.SUCCEEDED
        return observed

    def done(self) -> list[str]:
        return self.log.read_text().splitlines()

    def resources(self, type_: str) -> list[dict[str, Any]]:
        data = json.loads((self.root / ".pavedroad/state/dev.json").read_text())
        return [each for each in data["deployment"]["resources"] if each["type"] == type_]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def of_queue(observed: Observed) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (event.metadata.op.value, event.metadata.keys)
        for event in observed.events
        if isinstance(event, engine.ResourcePreEvent) and event.metadata.urn.endswith("::q")
    ]


RENAMED: Final = ', opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="first")])'
REPLACED: Final = [
    ("create-replacement", ("provider",)),
    ("replace", ("provider",)),
    ("delete-replaced", ()),
]


def test_another_region_makes_all_resources_anew_and_deletes_the_old_ones_in_theirs(stack: Stack) -> None:
    assert stack.run(QUEUE).ok

    planned = stack.run(QUEUE, "eu-central-1", engine.preview)
    done = stack.run(QUEUE, "eu-central-1")

    for observed in (planned, done):
        assert observed.ok, observed.diagnostics
        assert of_queue(observed) == REPLACED
    assert stack.done() == ["create eu-central-1", "delete eu-west-1"]
    (queue,), (provider,) = stack.resources("aws:sqs/queue:Queue"), stack.resources("pulumi:providers:aws")
    assert queue["provider"] == f"{provider['urn']}::{provider['id']}"
    assert of_queue(stack.run(QUEUE, "eu-central-1")) == [("same", ())]


def test_what_could_not_be_deleted_then_is_deleted_later_in_its_region(stack: Stack) -> None:
    assert stack.run(QUEUE).ok
    stack.broken.touch()
    assert not stack.run(QUEUE, "eu-central-1").ok
    assert len(stack.resources("aws:sqs/queue:Queue")) == 2
    stack.broken.unlink()

    assert stack.run(QUEUE, "eu-central-1").ok

    assert stack.done() == ["delete eu-west-1"]
    assert len(stack.resources("aws:sqs/queue:Queue")) == len(stack.resources("pulumi:providers:aws")) == 1


@pytest.mark.parametrize(
    ("name", "region", "options", "expected"),
    [
        ("second", "us-east-1", "", REPLACED),
        ("second", "eu-west-1", "", [("same", ())]),
        # Pulumi asks nothing about a provider that got another name, even if it works elsewhere by now.
        ("second", "us-east-1", RENAMED, [("same", ())]),
    ],
    ids=["another region", "the same region", "another name"],
)
def test_another_provider_replaces_only_when_it_works_elsewhere(
    stack: Stack, name: str, region: str, options: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert stack.run(EXPLICIT.format(name="first", region="eu-west-1", options="")).ok

    observed = stack.run(EXPLICIT.format(name=name, region=region, options=options))

    assert observed.ok, observed.diagnostics
    assert of_queue(observed) == expected
    (queue,), (provider,) = stack.resources("aws:sqs/queue:Queue"), stack.resources("pulumi:providers:aws")
    assert queue["provider"] == f"{provider['urn']}::{provider['id']}"
    assert stack.run("", operation=engine.destroy).ok
    assert stack.done() == [f"delete {region}"]
