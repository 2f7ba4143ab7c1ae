"""The emulator's process: `python -m pavedroad.cloud.launcher` serves with our corrections installed.

It leads a process group of its own, with all its functions in it, and cannot outlive what it depends on: it
ends when its standard input does or, once it is released, when its record is gone, for then nobody could find
it again. A guardian outside the group kills what is left of it and removes its files, however it ended.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    _States = dict[str, Callable[[], object]]

EMULATOR_VERSION: Final = "1.5.33"
"""The one version whose internals the corrections know."""

RELEASE: Final = b"r"
"""Said on standard input: go on without whoever started you."""

_RECORD_SECONDS: Final = 2.0

# The end of its input is the end of the launcher: nobody else holds the other end of the pipe.
_GUARDIAN: Final = """
trap '' INT TERM HUP
read -r _
kill -s KILL -- "-$1" 2>/dev/null
rm -rf -- "$2"
"""


def main() -> None:
    """Serve until SIGTERM; the environment says where (`environment.py` builds it)."""
    arguments = _arguments()
    installed = version("ministack")
    if installed != EMULATOR_VERSION:
        sys.exit(
            f"the local cloud needs ministack {EMULATOR_VERSION}, installed is {installed}; "
            "run `make setup` to install what requirements.lock pins"
        )
    guardian = _guarded(arguments.litter)
    threading.Thread(target=_depend, args=(arguments.record,), name="depend", daemon=True).start()
    from ministack import app  # noqa: PLC0415 - only after the version is known to fit

    from pavedroad.cloud import corrections, faults, seams  # noqa: PLC0415 - imports the emulator's modules

    try:
        corrections.install_all()
        faults.install()
    except seams.CorrectionError as error:
        sys.exit(f"the local cloud: {error}")
    if arguments.saved is not None:
        app.save_all = _marked(cast("Callable[[_States], None]", app.save_all), arguments.saved)
    sys.argv[1:] = []  # the emulator reads the command line, too
    app.main()
    del guardian  # held until here: its end of the pipe keeps the guardian waiting


class _Arguments(argparse.Namespace):
    litter: Path
    record: Path
    saved: Path | None


def _arguments() -> _Arguments:
    parser = argparse.ArgumentParser(
        prog="pavedroad.cloud.launcher", description="The local cloud's process."
    )
    parser.add_argument("--litter", type=Path, required=True, help="folder to remove when this process ends")
    parser.add_argument("--record", type=Path, required=True, help="file that names this process")
    parser.add_argument("--saved", type=Path, help="file to write when the whole content has been saved")
    return parser.parse_args(namespace=_Arguments())


def _guarded(litter: Path) -> subprocess.Popen[bytes]:
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)  # started by hand: the group that is killed must be ours alone
    return subprocess.Popen(  # noqa: S603 - a constant script
        ["/bin/sh", "-c", _GUARDIAN, "guardian", str(os.getpgrp()), str(litter)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _depend(record: Path) -> None:
    if os.read(sys.stdin.fileno(), 1) == RELEASE:
        while _is_recorded(record):
            time.sleep(_RECORD_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)  # nobody is left who wants an answer


def _is_recorded(record: Path) -> bool:
    try:
        document: object = json.loads(record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True  # no proof that it is another's
    return isinstance(document, dict) and cast("dict[str, object]", document).get("pid") == os.getpid()


def _marked(save_all: Callable[[_States], None], mark: Path) -> Callable[[_States], None]:
    """The emulator's own saving, and a mark after it when nothing of it failed: it only logs failures."""

    def save(services: _States) -> None:
        failures = _Failures(logging.ERROR)
        logging.getLogger().addHandler(failures)
        try:
            save_all(services)
        finally:
            logging.getLogger().removeHandler(failures)
        if not failures.seen:
            mark.touch()

    return save


class _Failures(logging.Handler):
    seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.seen = self.seen or record.getMessage().startswith("Persistence:")


if __name__ == "__main__":
    main()
