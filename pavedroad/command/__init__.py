"""The `pavedroad` command. `main` is its entry point; each verb is one module, loaded when it is called."""

from __future__ import annotations


def main() -> None:
    """Run the command with the arguments of the process."""
    import sys  # noqa: PLC0415 - as below

    try:
        from pavedroad.command.cli import app  # noqa: PLC0415 - importing the package must stay free of cost

        app()
    except KeyboardInterrupt:
        # So early that no verb has begun.
        sys.exit(130)
