"""`pavedroad state`: the state of a stack as the deployment that Pulumi reads."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from pavedroad import engine
from pavedroad.command.failure import CommandError
from pavedroad.command.request import existing_state, stack_request

if TYPE_CHECKING:
    from pathlib import Path

    from pavedroad.command.request import StackOptions

_PRIVATE = 0o600


def export_state(options: StackOptions, *, file: Path | None, show_secrets: bool) -> None:
    """Write the state to a file, or print it.

    Raises:
        CommandError: There is no such stack, it has no state, or the file cannot be written.
        EngineError: The state cannot be read.
    """
    request = stack_request(options)
    existing_state(request)
    document = engine.export_state(request, show_secrets=show_secrets)
    text = json.dumps(document, ensure_ascii=False, indent=4) + "\n"
    if file is None:
        sys.stdout.write(text)
    else:
        _write((options.cwd / file).absolute(), text)


def _write(path: Path, text: str) -> None:
    # Aside first: whoever exports over an older state keeps that one when the disk is full.
    aside = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as target:
            target.write(text)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise CommandError(
            f"--file: {path} cannot be written: {error.strerror}",
            remedy="Name a file in a folder that exists, on a disk with room.",
        ) from error
