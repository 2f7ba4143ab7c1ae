"""The `pavedroad` command. `main` is its entry point; each verb is one module, loaded when it is called."""

from __future__ import annotations

GC_THRESHOLD = 100_000
"""Objects before a collection: a run is short, and collecting while it imports only costs."""


def main() -> None:
    """Run the command with the arguments of the process."""
    import gc  # noqa: PLC0415 - as below
    import sys  # noqa: PLC0415 - as below

    gc.set_threshold(GC_THRESHOLD)
    try:
        from pavedroad.command.cli import app  # noqa: PLC0415 - importing the package must stay free of cost

        app()
    except KeyboardInterrupt:
        # So early that no verb has begun.
        sys.exit(130)
