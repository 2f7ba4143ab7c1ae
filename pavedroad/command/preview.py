"""`pavedroad preview`: what an update would do, against the state that the stack has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pavedroad.command.display.wording import Operation
from pavedroad.command.local_cloud import planned
from pavedroad.command.operation import run_operation, tell, terminable
from pavedroad.command.request import run_request

if TYPE_CHECKING:
    from pavedroad.command.failure import ExitCode
    from pavedroad.command.request import RunOptions


def run_preview(options: RunOptions) -> ExitCode:
    """Preview, show the result, and say how the command ends.

    Raises:
        CommandError: An option does not fit the project.
    """
    request = planned(run_request(options, only_plan=True), options)
    with terminable():
        ran = run_operation(Operation.PREVIEW, request, log=options.log_path)
    return tell(ran, as_json=options.as_json)
