"""How long a busy machine has kept a function waiting: that time is not the function's.

Lambda gives each environment its share of a processor. Here dozens may begin at once on two of them, beside
whatever else runs; a timeout of two seconds would then end functions that were given half a second, and each
end makes the next start cold. Known on Linux only; elsewhere nothing is added.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

LONGEST: Final = 5
"""At most this many times its timeout may a function take: below the six that queues wait for it."""

_NANOSECONDS: Final = 1e9


@dataclass(frozen=True)
class Waited:
    """How long a function's process, and ours that answers its calls, stood in line for a processor so far.

    Attributes:
        pid: The function's process.
        function: Seconds of its main thread.
        cloud: Seconds of the thread that serves it.
    """

    pid: int
    function: float
    cloud: float

    @classmethod
    def by(cls, pid: int) -> Self:
        """Until now."""
        return cls(pid, _waited(pid), _waited(os.getpid()))

    def since(self) -> float:
        """Seconds that it has waited since then."""
        now = Waited.by(self.pid)
        # While it calls, it waits for the cloud; while it computes, the cloud's own waits do not matter, but
        # nobody can tell which it was.
        return max(0.0, now.function - self.function) + max(0.0, now.cloud - self.cloud)


def _waited(pid: int) -> float:
    try:
        # Seconds on a processor, waiting for one, and slices (Linux, "Scheduler Statistics").
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / _NANOSECONDS
    except (OSError, ValueError, IndexError):
        return 0.0
