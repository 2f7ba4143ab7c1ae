"""How the command fails."""

from __future__ import annotations

import pytest
import typer

from pavedroad.command.failure import CommandError, ExitCode, reported
from pavedroad.engine.request import EngineError


def failing(error: BaseException) -> int:
    with pytest.raises(typer.Exit) as caught, reported():
        raise error
    return caught.value.exit_code


@pytest.mark.parametrize(
    "error",
    [CommandError("the log is full", remedy="Make room."), EngineError("the log is full\nMake room.")],
)
def test_an_error_is_told_without_a_traceback(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(error) == ExitCode.ERROR
    assert capsys.readouterr().err == "error: the log is full\nMake room.\n"


def test_a_bug_shows_its_traceback_and_asks_for_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(ZeroDivisionError("division")) == ExitCode.ERROR

    told = capsys.readouterr().err
    assert told.startswith("Traceback")
    assert "ZeroDivisionError: division" in told
    assert "Please report it" in told


def test_ctrl_c_ends_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(KeyboardInterrupt()) == ExitCode.CANCELLED == 130
    assert capsys.readouterr().err == "cancelled\n"


def test_an_exit_code_passes_through() -> None:
    assert failing(typer.Exit(5)) == ExitCode.POLICY_VIOLATION


def test_escape_sequences_in_an_error_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    failing(CommandError("\x1b[2J"))

    assert "\x1b" not in capsys.readouterr().err
