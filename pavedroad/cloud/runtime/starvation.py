"""How long a busy machine has kept a function waiting: that time is not the function's.

Lambda gives each environment its share of a processor, and AWS answers each call at once. Here dozens share
two processors with whatever else runs, and one process answers them all: a timeout of two seconds would end
functions that were given half a second, and each end makes the next start cold. Standing in line is known on
Linux only; elsewhere that part is not added.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

LONGEST: Final = 5
"""At most this many times its timeout may a function take: below the six that queues wait for it."""

_NANOSECONDS: Final = 1e9


@dataclass(frozen=True)
class Waited:
    """What kept a function from its work so far, in seconds.

    Attributes:
        pid: The function's process.
        function: Its main thread stood in line for a processor.
        cloud: The thread that answers its calls did.
        answering: We computed: for its calls, or for those before them.
    """

    pid: int
    function: float
    cloud: float
    answering: float

    @classmethod
    def by(cls, pid: int) -> Self:
        """Until now."""
        return cls(pid, _waited(pid), _waited(os.getpid()), time.process_time())

    def since(self) -> float:
        """Seconds that it has waited since then.

        What it did meanwhile nobody can tell: while it computes, the cloud's part does not matter.
        """
        now = Waited.by(self.pid)
        pairs = (
            (now.function, self.function),
            (now.cloud, self.cloud),
            (now.answering, self.answering),
        )
        return sum(max(0.0, later - earlier) for later, earlier in pairs)


def _waited(pid: int) -> float:
    try:
        # Seconds on a processor, waiting for one, and slices (Linux, "Scheduler Statistics").
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / _NANOSECONDS
    except (OSError, ValueError, IndexError):
        return 0.0
