"""The emulator's process: `python -m pavedroad.cloud.launcher` serves with our corrections installed."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Final

EMULATOR_VERSION: Final = "1.5.33"
"""The one version whose internals the corrections know."""


def main() -> None:
    """Serve until SIGTERM; the environment says where (`emulator.py` builds it)."""
    installed = version("ministack")
    if installed != EMULATOR_VERSION:
        sys.exit(
            f"the local cloud needs ministack {EMULATOR_VERSION}, installed is {installed}; "
            "run `make setup` to install what requirements.lock pins"
        )
    from ministack import app  # noqa: PLC0415 - only after the version is known to fit

    from pavedroad.cloud import corrections  # noqa: PLC0415 - imports the emulator's modules

    try:
        corrections.install_all()
    except corrections.CorrectionError as error:
        sys.exit(f"the local cloud: {error}")
    app.main()


if __name__ == "__main__":
    main()
