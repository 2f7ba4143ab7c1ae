"""`pavedroad refresh`: bring the state up to what there is. It changes no resource, so it does not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad.command.display.wording import Operation
from pavedroad.command.held import held_as
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import run_request
from pavedroad.engine.events import Op

if TYPE_CHECKING:
    from pavedroad.command.failure import ExitCode
    from pavedroad.command.request import RunOptions


def run_refresh(options: RunOptions) -> ExitCode:
    """Read every resource anew, show what differs, and say how the command ends.

    Raises:
        CommandError: An option does not fit the project.
    """
    request = run_request(options)
    with terminable():
        ran = run_operation(
            Operation.REFRESH, request, log=options.log_path, plan=held_as(Op.REFRESH, request)
        )
    return tell(ran, as_json=options.as_json)
