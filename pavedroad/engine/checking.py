"""Policy packs over resources that already are: no program, no provider, no plan."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING, cast

from pavedroad.engine.events import CancelEvent, DiagnosticEvent, SummaryEvent
from pavedroad.engine.plugins import Plugins
from pavedroad.engine.policies import Policies, Subject
from pavedroad.engine.processes import Children
from pavedroad.engine.project import StackConfig, load_config, load_project
from pavedroad.engine.request import EngineError, Outcome, RunResult
from pavedroad.engine.state import STACK_TYPE, State, make_urn, provider_urn
from pavedroad.engine.statefile import StateFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.request import RunRequest
    from pavedroad.engine.values import Wire


def exported_resources(path: Path) -> list[State]:
    """The resources of an exported state, of whatever stack; secrets that are encrypted become a mask.

    Raises:
        EngineError: The file is no deployment of version 3.
    """
    file = StateFile(path.absolute(), project="", stack="")
    return [state for state in file.load(any_stack=True).resources if not state.delete]


def listed_resources(path: Path, *, project: str, stack: str) -> list[State]:
    """The resources in a file of JSON lines: type, name, props; propertyDependencies and target if any.

    Args:
        path: The file.
        project: Project that their URNs name, where a target does not name another.
        stack: Stack that their URNs name; the target of a line (a stack, or an object with stack and
            project) is what this line is decided for instead.

    Raises:
        EngineError: A line is not of that form.
    """
    found: list[State] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        raw: Wire = None
        with contextlib.suppress(ValueError):
            raw = cast("Wire", json.loads(line))
        entry = raw if isinstance(raw, dict) else {}
        type_, name, props = entry.get("type"), entry.get("name"), entry.get("props", {})
        if not (isinstance(type_, str) and isinstance(name, str) and isinstance(props, dict)):
            raise EngineError(
                f'{path}, line {number}: wanted an object like {{"type": "aws:sqs/queue:Queue", '
                '"name": "orders", "props": {}}.'
            )
        links = entry.get("propertyDependencies")
        where = _target(entry.get("target"), stack, project)
        if where is None:
            raise EngineError(
                f"{path}, line {number}: target: got {json.dumps(entry['target'])}, wanted the name of a "
                'stack or an object like {"stack": "prod", "project": "shop"}.'
            )
        urn = make_urn(stack=where[0], project=where[1], parent="", type_=type_, name=name)
        state = State(urn=urn, type=type_, custom=True, inputs=props, outputs=props)
        if isinstance(links, dict):
            state.property_dependencies = {
                key: [str(urn) for urn in urns] for key, urns in links.items() if isinstance(urns, list)
            }
        found.append(state)
    return found


def _target(given: Wire, stack: str, project: str) -> tuple[str, str] | None:
    """Stack and project that a line is decided for; None when the target is of no known form."""
    target = {"stack": given} if isinstance(given, str) else {} if given is None else given
    if not isinstance(target, dict) or set(target) - {"stack", "project"}:
        return None
    found = target.get("stack", stack), target.get("project", project)
    if not (isinstance(found[0], str) and isinstance(found[1], str) and all(found)):
        return None
    return found[0], found[1]


def check(
    request: RunRequest, resources: Sequence[State], on_event: Callable[[EngineEvent], None]
) -> RunResult:
    """Let the packs of a request judge resources: each on its inputs, all together on their outputs.

    Args:
        request: The packs, and the project whose environment they run in.
        resources: What to judge; `exported_resources` and `listed_resources` read them.
        on_event: Called with each event, in order.

    Raises:
        EngineError: A pack cannot be started or fails.
    """
    return asyncio.run(_check(request, resources, on_event))


async def _check(
    request: RunRequest, resources: Sequence[State], emit: Callable[[EngineEvent], None]
) -> RunResult:
    started = time.monotonic()
    project = load_project(request.project_dir)
    has_config = (project.root / f"Pulumi.{request.stack}.yaml").exists()
    config = load_config(project, request.stack) if has_config else StackConfig(values={})
    children = Children()
    plugins = Plugins(request, project, config, children, emit)
    # As for an update: everything that is known is known.
    policies = Policies(plugins, emit, dry_run=False)
    by_urn = {state.urn: state for state in resources}
    try:
        policies.start(request.policy_packs)
        await policies.ready()
        subjects = [_subject(state, by_urn) for state in resources]
        for subject in subjects:
            judged = subject.state.copy()
            judged.inputs = await policies.remediate(subject)
            await policies.analyze(Subject(state=judged, provider=subject.provider))
        roots = [state.urn for state in resources if state.type == STACK_TYPE]
        await policies.analyze_stack(subjects, roots[0] if roots else "")
    except asyncio.CancelledError:
        emit(CancelEvent())
        raise
    finally:
        await policies.close()
        await children.stop_all()
        children.close()
    outcome = Outcome.POLICY_VIOLATION if policies.violated else Outcome.SUCCEEDED
    if policies.violated:
        emit(DiagnosticEvent(severity="error", message="check failed"))
    spent = time.monotonic() - started
    emit(
        SummaryEvent(
            duration_seconds=spent,
            resource_changes={},
            policy_packs=policies.versions,
            result="succeeded" if outcome is Outcome.SUCCEEDED else "failed",
            is_preview=True,
        )
    )
    return RunResult(outcome=outcome, resource_changes={}, outputs={}, duration_seconds=spent)


def _subject(state: State, by_urn: dict[str, State]) -> Subject:
    return Subject(state=state, provider=by_urn.get(provider_urn(state.provider)))
