"""`pavedroad outputs`: what the stack's program exported, from the state."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.console import console
from pavedroad.command.display.summary import output_lines
from pavedroad.command.request import existing_state, stack_request

if TYPE_CHECKING:
    from pavedroad.command.request import StackOptions


def show_outputs(options: StackOptions, *, as_json: bool, show_secrets: bool) -> None:
    """Print the outputs: a line each, or as one JSON object.

    Raises:
        CommandError: There is no such stack, or it has no state.
        EngineError: The state cannot be read.
    """
    request = stack_request(options)
    existing_state(request)
    found = engine.outputs(request, show_secrets=show_secrets)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    elif found:
        target = console()
        for line in output_lines(found, width=None, indent=""):
            # Whole, whatever the width: an address that is cut is of no use.
            target.print(line, soft_wrap=True)
    else:
        sys.stdout.write(f"Stack {request.stack} has no outputs.\n")
