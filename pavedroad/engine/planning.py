"""Small parts of planning: states, messages and steps, with no plan in view."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pavedroad.engine import values
from pavedroad.engine.events import Op
from pavedroad.engine.provider_client import Subject
from pavedroad.engine.state import State, urn_name
from pavedroad.engine.steps import Step

if TYPE_CHECKING:
    from pavedroad.engine.provider_client import Failure
    from pavedroad.engine.state import Goal
    from pavedroad.engine.values import Props

IMPORTED: Final = (
    "a resource that still names what it was imported from may not be replaced; "
    "remove the `import_` option from the program"
)
"""What is said of such a resource: a warning in a preview, an error in an update."""


def new_state(urn: str, goal: Goal, parent: State | None, old: State | None, alias: str) -> State:
    """The state that a goal begins with; what it leaves open comes from its parent."""
    return State(
        urn=urn,
        type=goal.type,
        custom=goal.custom,
        inputs=goal.inputs,
        parent=goal.parent,
        provider=goal.provider,
        dependencies=goal.dependencies,
        property_dependencies=goal.property_dependencies,
        protect=bool(_inherited(goal.protect, parent and parent.protect)),
        retain_on_delete=bool(_inherited(goal.retain_on_delete, parent and parent.retain_on_delete)),
        deleted_with=goal.deleted_with or (parent.deleted_with if parent else ""),
        aliases=(alias,) if alias else (),
        additional_secret_outputs=goal.additional_secret_outputs,
        ignore_changes=goal.ignore_changes,
        replace_on_changes=goal.replace_on_changes,
        hide_diffs=goal.hide_diffs,
        delete_before_replace=goal.delete_before_replace,
        custom_timeouts=goal.custom_timeouts,
        created=old.created if old else "",
        modified=old.modified if old else "",
    )


def is_import(goal: Goal, old: State | None) -> bool:
    """Whether a goal that names an id asks for an import."""
    return old is None or old.external or (old.import_id or old.id) != goal.import_id


def delete_first(state: State) -> Step:
    """The deletion of a resource before its replacement is made."""
    op = Op.DISCARD_REPLACED if state.external else Op.DELETE_REPLACED
    return Step(op=op, old=state, logical=False, keeps_pending_replacement=True)


def delete_step(state: State, *, replaced: bool) -> Step:
    """The deletion of a resource at the end."""
    if replaced:
        op = Op.DISCARD_REPLACED if state.external else Op.DELETE_REPLACED
    else:
        op = Op.DISCARD if state.external else Op.DELETE
    return Step(op=op, old=state, logical=not replaced)


def _inherited(own: bool | None, parents: bool | None) -> bool | None:  # noqa: FBT001 - two equals
    return parents if own is None else own


def subject_of(state: State) -> Subject:
    """The resource as a provider is told of it."""
    return Subject(urn=state.urn, type=state.type, name=urn_name(state.urn))


def problem(state: State, inputs: Props, failure: Failure) -> str:
    """What a provider has against an input, in Pulumi's words."""
    what = f"{state.type} resource '{urn_name(state.urn)}'"
    if not failure.property:
        return f"{what} has a problem: {failure.reason}"
    shown = json.dumps(values.mask(inputs.get(failure.property)))
    return f"{what}: property {failure.property} value {shown} has a problem: {failure.reason}"
