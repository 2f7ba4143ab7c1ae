"""Standard output as a console, the same for all verbs."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Final

from rich.console import Console

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDTH_OF_FILES: Final = 120


def console() -> Console:
    """A console on standard output: colour only on a terminal, nothing in a value taken for markup."""
    # A log file or a pipe has no width of its own; 80 columns would cut what a reader of a CI log needs.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH_OF_FILES
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without our signs must not end in a traceback
    return Console(width=width, highlight=False, emoji=False, markup=False)


def print_plain(section: RenderableType, target: Console) -> None:
    """Print, without the blanks with which rich fills tables when the target is a file."""
    if target.is_terminal:
        target.print(section)
        return
    with target.capture() as captured:
        target.print(section)
    for line in captured.get().splitlines():
        target.file.write(line.rstrip() + "\n")
    target.file.flush()
