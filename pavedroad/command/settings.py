"""`pavedroad settings`: the schema for editors and the generated page."""

from __future__ import annotations

import sys

from systems.settings import configuration_page, schema_json


def print_schema() -> None:
    """The JSON schema of the settings on standard output."""
    _print(schema_json())


def print_page() -> None:
    """The page of all settings on standard output."""
    _print(configuration_page())


def _print(text: str) -> None:
    # Written as it is: rich would fold lines, and the files made from it must not depend on the terminal.
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
