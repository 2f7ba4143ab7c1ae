"""Runs of executions: what has ended in them, and how far a run has come.

An execution has one run from its start, and one more from each redrive. What has ended is plain data in the
record that the emulator has of it, because a persistent cloud keeps that; a run is gone with the process.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    Data = dict[str, Any]


class OverError(BaseException):
    """The run has lost its execution, to an abort or to a redrive.

    No `Exception`: the emulator would take it for a failure of the state.
    """


def new_steps(index: int = 0) -> Data:
    """What has ended in one sequence of states; plain data, because a persistent cloud keeps it.

    All keys are there from the start: a content that is saved meanwhile must not see a dictionary grow.
    """
    return {"index": index, "done": [], "inner": [], "ended": False, "result": None, "variables": {}}


@dataclass(eq=False)
class Scope:
    """A run's way through one sequence of states: the execution's, or that of a branch or an item.

    Attributes:
        steps: What has ended in it.
        position: How many states of it this run has passed.
        tried: The Parallel or Map state that runs now has been tried in this run.
        inner: The records of its branches or items by their index.
    """

    steps: Data
    position: int = 0
    tried: bool = False
    inner: dict[int, Data] = field(default_factory=dict[int, "Data"])

    def __post_init__(self) -> None:
        self.inner = {steps["index"]: steps for steps in self.steps["inner"]}

    @property
    def is_replayed(self) -> bool:
        """The next state has ended before."""
        return self.position < len(self.steps["done"])

    def forget_inner(self) -> None:
        """Branches and items begin anew."""
        self.steps["inner"] = []
        self.inner = {}

    def steps_of(self, index: int) -> Data:
        """The record of a branch or an item; each is asked for by one thread."""
        if index not in self.inner:
            self.inner[index] = new_steps(index)
            self.steps["inner"].append(self.inner[index])
        return self.inner[index]


@dataclass(eq=False)
class Run:
    """One walk through an execution: its start, or a redrive.

    Attributes:
        execution: The emulator's record.
        root: Its way through the machine's own states.
        entered: A state that the history shows as entered and not as left.
        silent: The state that was passed last was not run.
        ended: Set at its end.
    """

    execution: Data
    root: Scope
    entered: str = ""
    silent: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def arn(self) -> str:
        """ARN of the execution."""
        return self.execution["executionArn"]

    @property
    def over(self) -> bool:
        """It has lost its execution, or that has ended."""
        return RUNS.get(self.arn) is not self or self.execution["status"] != "RUNNING"


RUNS: Final[dict[str, Run]] = {}
"""The run that has each execution at present, by the execution's ARN."""
CURRENT: Final[ContextVar[Run | None]] = ContextVar("pavedroad_run", default=None)
"""The run that the present thread works for."""
SCOPE: Final[ContextVar[Scope | None]] = ContextVar("pavedroad_scope", default=None)
"""The sequence of states that it is in."""


def run_of(context: Mapping[str, Any]) -> Run | None:
    """The run that a state belongs to by its context; none for a state that is only tried out."""
    run = CURRENT.get()
    return run if run and context.get("Execution", {}).get("Id") == run.arn else None


def entered(events: list[Data]) -> str:
    """The state that a history shows as entered and not as left; empty when there is none."""
    for event in reversed(events):
        if event["type"].endswith("StateExited"):
            return ""
        if event["type"].endswith("StateEntered"):
            return event["stateEnteredEventDetails"]["name"]
    return ""
