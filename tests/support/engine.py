"""Runs the recorded engine cases through the sandbox engine and compares with what Pulumi's engine did."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pavedroad import engine
from pavedroad.engine import values

if TYPE_CHECKING:
    from collections.abc import Iterable

CASES = Path(__file__).parent.parent / "engine" / "cases"
STATE = Path(".pavedroad/state/dev.json")
PROVIDER = CASES / "provider"
PACK = CASES / "pack"
NAMES = sorted(path.parent.name for path in CASES.glob("*/case.json"))

# Operations (from 0) whose recording is one of several allowed outcomes.
RACES = {("failures", 0), ("failures", 2), ("policies", 4), ("program_errors", 1)}

_DELETES = {"delete", "delete-replaced", "discard", "discard-replaced"}


def write_project(root: Path, program: str, config: str = "  aws:region: eu-west-1\n") -> None:
    """A project as the cases were recorded with: name `cases`, stack `dev`."""
    (root / "Pulumi.yaml").write_text("name: cases\nruntime: python\n")
    (root / "Pulumi.dev.yaml").write_text(f"config:\n{config}")
    (root / "__main__.py").write_text(program)


@dataclass
class Observed:
    """What our engine did in one operation, in the words of the recordings."""

    ok: bool = False
    steps: list[dict[str, Any]] = field(default_factory=list)
    done: list[list[str]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    policies: list[dict[str, Any]] = field(default_factory=list)
    diagnostics: list[list[str]] = field(default_factory=list)
    events: list[engine.EngineEvent] = field(default_factory=list)
    result: engine.RunResult | None = None
    state: dict[str, Any] | None = None
    outputs: dict[str, Any] | None = None

    def take(self, event: engine.EngineEvent) -> None:
        """Add one event."""
        self.events.append(event)
        match event:
            case engine.ResourcePreEvent():
                step: dict[str, Any] = {"op": event.metadata.op.value, "urn": event.metadata.urn}
                if event.metadata.diffs:
                    step["diffs"] = sorted(event.metadata.diffs)
                if event.metadata.keys:
                    step["keys"] = sorted(event.metadata.keys)
                self.steps.append(step)
            case engine.ResOutputsEvent():
                self.done.append([event.metadata.op.value, event.metadata.urn])
            case engine.ResOpFailedEvent():
                self.failed.append([event.metadata.op.value, event.metadata.urn])
            case engine.PolicyEvent():
                self.policies.append(
                    {
                        "policyName": event.policy_name,
                        "enforcementLevel": event.enforcement_level,
                        "message": event.message,
                        "resourceUrn": event.resource_urn,
                    }
                )
            case engine.PolicyRemediationEvent():
                self.policies.append(
                    {
                        "remediated": event.policy_name,
                        "resourceUrn": event.resource_urn,
                        "before": event.before,
                        "after": event.after,
                    }
                )
            case engine.DiagnosticEvent() if event.severity in {"error", "warning"}:
                self.diagnostics.append([event.severity, event.urn, event.message])
            case engine.SummaryEvent():
                self.changes = dict(event.resource_changes)
            case _:
                pass


def operations_of(case: str) -> list[dict[str, Any]]:
    """The operations of a case, in order."""
    return json.loads((CASES / case / "case.json").read_text())["steps"]


class Session:
    """One case: a project folder whose program is replaced for each operation."""

    def __init__(self, root: Path, case: str) -> None:
        self.root = root
        self.folder = CASES / case
        self.operations = operations_of(case)
        self.expected: list[dict[str, Any]] = json.loads((self.folder / "expected.json").read_text())
        write_project(root, "")

    def run(self, index: int, *, only_plan: bool = False) -> Observed:
        """Do the operation of that number, or only plan it."""
        operation = self.operations[index]
        shutil.copy(self.folder / f"{operation['program']}.py", self.root / "__main__.py")
        request = engine.RunRequest(
            project_dir=self.root,
            stack="dev",
            provider_dirs={"aws": PROVIDER},
            provider_environment={"CASE_UNKNOWN": "1"} if operation.get("unknown") else {},
            policy_packs=(engine.PolicyPack(path=PACK),) if operation.get("policies") else (),
        )
        observed = Observed()
        observed.result = (_PLANS if only_plan else _OPERATIONS)[operation["op"]](request, observed.take)
        observed.ok = observed.result.outcome is engine.Outcome.SUCCEEDED
        if operation["op"] != "preview":
            exported: dict[str, Any] = engine.export_state(request, show_secrets=True)
            observed.state = _plain_state(exported["deployment"])
            observed.outputs = engine.outputs(request, show_secrets=True)
            self._forget(_doubled(self.expected[index]) & _done(observed))
        return observed

    def _forget(self, urns: set[str]) -> None:
        """Go on as the recordings do: there, what was named twice was refused before the first was made."""
        if not urns:
            return
        document = json.loads((self.root / STATE).read_text())
        deployment = document["deployment"]
        deployment["resources"] = [each for each in deployment["resources"] if each["urn"] not in urns]
        (self.root / STATE).write_text(json.dumps(document))

    def differences(self, index: int, observed: Observed) -> list[str]:
        """What differs from the recording of that operation."""
        expected = self.expected[index]
        if (self.folder.name, index) in RACES:
            return self._race_differences(expected, observed)
        return [
            *_differs("ok", expected["ok"], observed.ok),
            *_differs("steps", _step_set(expected["steps"]), _step_set(observed.steps)),
            *_differs("done", sorted(expected["done"]), sorted(observed.done)),
            *_differs("failed", sorted(expected["failed"]), sorted(observed.failed)),
            *_differs("changes", expected["changes"], observed.changes),
            *_differs("policies", _policy_set(expected["policies"]), _policy_set(observed.policies)),
            *_differs("diagnostics", _meanings(expected["diagnostics"]), _meanings(observed.diagnostics)),
            *self._order(observed),
            *self._state_differences(index, observed),
        ]

    def _race_differences(self, expected: dict[str, Any], observed: Observed) -> list[str]:
        """Where an operation ends in an error, what else was begun before it is a race."""
        lost = {urn for _, urn in expected["failed"]} | {urn for _, urn, _ in expected["diagnostics"] if urn}
        begun = {step["urn"] for step in observed.steps}
        needing = {urn for need, urn in self._edges() if need in lost}
        absent = lost - {resource["urn"] for resource in expected["state"]["resources"]}
        kept = {resource["urn"] for resource in (observed.state or {"resources": []})["resources"]}
        recorded, got = _policy_set(expected["policies"]), _policy_set(observed.policies)
        made = _doubled(expected) & _done(observed)
        return [
            *_differs("ok", expected["ok"], observed.ok),
            *_differs("failed", sorted(expected["failed"]), sorted(observed.failed)),
            *_differs("diagnostics", _meanings(expected["diagnostics"]), _meanings(observed.diagnostics)),
            *_differs("policies that are missing", [], [one for one in recorded if one not in got]),
            *_differs("begun though it needs what failed", [], sorted(begun & needing)),
            *_differs("in the state though it failed", [], sorted((kept & absent) - made)),
            *_differs("done but not in the state", [], sorted({urn for _, urn in observed.done} - kept)),
            *self._order(observed),
        ]

    def _state_differences(self, index: int, observed: Observed) -> list[str]:
        expected = self.expected[index]
        if observed.state is None:
            return []
        wanted = {_key(resource): _comparable(resource) for resource in expected["state"]["resources"]}
        got = {_key(resource): _comparable(resource) for resource in observed.state["resources"]}
        wrong = _differs("resources", sorted(wanted), sorted(got))
        for key in wanted.keys() & got.keys():
            wrong += _differs(f"state of {key}", wanted[key], got[key])
        wrong += _differs("pending", expected["state"]["pending_operations"], observed.state["pending"])
        return wrong + _differs("outputs", expected["outputs"], observed.outputs)

    def _edges(self) -> set[tuple[str, str]]:
        """(needed, needing) pairs that any recorded state of the case knows."""
        edges: set[tuple[str, str]] = set()
        for expected in self.expected:
            for resource in (expected.get("state") or {}).get("resources", []):
                urn = resource["urn"]
                needs = [resource.get("parent", ""), resource.get("provider", "").rpartition("::")[0]]
                needs += resource.get("dependencies", [])
                for urns in resource.get("propertyDependencies", {}).values():
                    needs += urns
                edges |= {(need, urn) for need in needs if need}
        return edges

    def _order(self, observed: Observed) -> list[str]:
        made = [step["urn"] for step in observed.steps if step["op"] not in _DELETES]
        gone = [step["urn"] for step in observed.steps if step["op"] in _DELETES]
        wrong: list[str] = []
        for need, needing in sorted(self._edges()):
            if need in made and needing in made and made.index(need) > made.index(needing):
                wrong.append(f"order: {needing} was made before {need}, which it needs")
            if need in gone and needing in gone and gone.index(need) < gone.index(needing):
                wrong.append(f"order: {need} was deleted before {needing}, which needs it")
        return wrong


def _doubled(expected: dict[str, Any]) -> set[str]:
    """URNs that a program gave twice; whether the first was made before the second came is a race."""
    named = {urn for _, urn, text in expected["diagnostics"] if text.startswith("Duplicate resource URN")}
    return named - {resource["urn"] for resource in (expected.get("state") or {}).get("resources", [])}


def _done(observed: Observed) -> set[str]:
    return {urn for _, urn in observed.done}


_OPERATIONS = {
    "preview": engine.preview,
    "up": engine.up,
    "refresh": engine.refresh,
    "destroy": engine.destroy,
}
_PLANS = {"up": engine.preview, "refresh": engine.preview_refresh, "destroy": engine.preview_destroy}
# Times and what only one of the two engines knows are no part of a recording.
_LEFT_OUT = {"created", "modified"}


def _plain_state(deployment: dict[str, Any]) -> dict[str, Any]:
    """A state in the words of the recordings: secrets shown, generated ids numbered, times left out."""
    ids: dict[str, str] = {}
    resources = json.loads(json.dumps(deployment["resources"]))
    for resource in resources:
        if resource["type"].startswith("pulumi:providers:"):
            ids[resource["id"]] = f"uuid-{len(ids) + 1}"
    text = json.dumps(resources)
    for id_, name in ids.items():
        text = text.replace(id_, name)
    return {"resources": _shown(json.loads(text)), "pending": deployment["pending_operations"]}


def _shown(value: object) -> object:
    if isinstance(value, dict):
        if value.get(values.SIGNATURE) == values.SECRET:
            return {"secret": _shown(json.loads(value["plaintext"]))}
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value


def _key(resource: dict[str, Any]) -> str:
    return f"{resource['urn']}{' (to be deleted)' if resource.get('delete') else ''}"


def _comparable(resource: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in resource.items() if key not in _LEFT_OUT}
    kept["dependencies"] = sorted(kept.get("dependencies", []))
    kept["propertyDependencies"] = {
        key: sorted(urns) for key, urns in kept.get("propertyDependencies", {}).items()
    }
    return kept


def _differs(what: str, expected: object, observed: object) -> list[str]:
    return [] if expected == observed else [f"{what}: recorded {expected}, got {observed}"]


def _step_set(steps: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(step, sort_keys=True) for step in steps)


def _policy_set(policies: Iterable[dict[str, Any]]) -> list[str]:
    unknown = json.dumps(values.UNKNOWN)
    return sorted(
        json.dumps(policy, sort_keys=True).replace(unknown, json.dumps(engine.UNKNOWN_MASK))
        for policy in policies
    )


def _meanings(diagnostics: Iterable[list[str]]) -> list[list[str]]:
    return sorted([severity, urn, _meaning(message)] for severity, urn, message in diagnostics)


def _meaning(message: str) -> str:
    """Messages need to say the same thing, not use the same words: the last line, values left out."""
    if "is protected" in message:
        return "is protected"
    return re.sub(r"value \{.*\} has", "value has", message.strip().splitlines()[-1])
