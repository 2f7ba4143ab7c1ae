"""How the command fails: exit codes, and one clear text for each error."""

from __future__ import annotations

import contextlib
import os
import sys
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

REPORT_TO: Final = (
    "This is a bug in pavedroad. Please report it with the lines above and the command you ran."
)


class ExitCode(IntEnum):
    """Exit codes of every verb; Typer adds 2 for a wrong command line."""

    WELL = 0
    ERROR = 1
    POLICY_VIOLATION = 5
    CANCELLED = 130


class CommandError(Exception):
    """An error of the user's making or surroundings.

    Args:
        what: What is wrong and where.
        remedy: What to do about it.
    """

    def __init__(self, what: str, *, remedy: str = "") -> None:
        super().__init__(f"{what}\n{remedy}" if remedy else what)


@contextlib.contextmanager
def reported() -> Generator[None]:
    """Turn what a verb raises into a message on standard error and an exit code."""
    import typer  # noqa: PLC0415 - loaded already when a verb runs; the tests of this module do without

    from pavedroad.cloud.errors import CloudError  # noqa: PLC0415 - only when a verb runs
    from pavedroad.engine.request import EngineError  # noqa: PLC0415 - as above

    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        complain("cancelled")
        raise typer.Exit(ExitCode.CANCELLED) from None
    except (CommandError, CloudError, EngineError) as error:
        complain(f"error: {error}")
        raise typer.Exit(ExitCode.ERROR) from None
    except BrokenPipeError:
        # The reader went away (`| head`). What is left in the buffer must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(ExitCode.ERROR) from None
    except Exception:  # noqa: BLE001 - the last resort: a bug is shown, with what to do about it
        import traceback  # noqa: PLC0415 - for bugs only

        complain(f"{traceback.format_exc().rstrip()}\n{REPORT_TO}")
        raise typer.Exit(ExitCode.ERROR) from None


def complain(text: str) -> None:
    """One message on standard error."""
    from pavedroad.command.display.values import printable  # noqa: PLC0415 - errors only

    print(printable(text), file=sys.stderr, flush=True)  # noqa: T201 - the command speaks to its user
