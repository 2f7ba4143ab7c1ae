"""State machines keep their tracing, and take their versions and aliases along when they are deleted.

AWS tells `tracingConfiguration` back, and DeleteStateMachine deletes all versions and aliases of the machine.
The emulator drops the one and leaves the others behind, so that a machine made anew under the name finds its
alias taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

_states: Final = Seam(
    "services.stepfunctions",
    "_create_state_machine",
    "_delete_state_machine",
    "_state_machine_aliases",
    "_state_machine_versions",
    "_state_machines",
    "_update_state_machine",
)
_SUCCESS: Final = 200
_TRACING: Final = "tracingConfiguration"

_Data = dict[str, Any]
_Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Wrap what makes, changes and deletes machines."""
    _states.check()
    _states.wrap("_create_state_machine", _creating)
    _states.wrap("_update_state_machine", _updating)
    _states.wrap("_delete_state_machine", _deleting)


def _creating(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(data: _Data) -> _Answer:
        answer: _Answer = original(data)
        if answer[0] == _SUCCESS:
            for machine in _states["_state_machines"].values():
                if machine["name"] == data["name"]:
                    machine[_TRACING] = data.get(_TRACING) or {"enabled": False}
        return answer

    return create


def _updating(original: Callable[..., Any]) -> Callable[..., Any]:
    def update(data: _Data) -> _Answer:
        answer: _Answer = original(data)
        if answer[0] == _SUCCESS and _TRACING in data:
            _states["_state_machines"][data["stateMachineArn"]][_TRACING] = data[_TRACING]
        return answer

    return update


def _deleting(original: Callable[..., Any]) -> Callable[..., Any]:
    def delete(data: _Data) -> _Answer:
        answer: _Answer = original(data)
        if answer[0] == _SUCCESS:
            for name in ("_state_machine_aliases", "_state_machine_versions"):
                kept = _states[name]
                for arn in [arn for arn in kept if arn.startswith(f"{data['stateMachineArn']}:")]:
                    del kept[arn]
        return answer

    return delete
