"""The configuration of an environment as one frozen, validated object; the only reader of pulumi.Config.

Later wins, maps are merged key by key, lists are replaced: field defaults < tier profile < `pavedroad:base`
in Pulumi.yaml < one parent environment (`pavedroad:inherits`) < the stack's own keys. All that is wrong is
reported in one error before the first resource. Left out: Pulumi ESC (it merges before the program runs
and arrives here as own keys).
"""

import datetime as dt
from pathlib import Path

from systems.settings._page import configuration_page
from systems.settings._problem import Problem, SettingsError
from systems.settings._repetition import Effective, Repetition, effective, repetitions
from systems.settings._resolve import resolve
from systems.settings._schema import schema, schema_json
from systems.settings._source import Source, running_stack, stack_in_files
from systems.settings.model import FoundationSettings, Settings, SystemsSettings

__all__ = [
    "Effective",
    "FoundationSettings",
    "Problem",
    "Repetition",
    "Settings",
    "SettingsError",
    "Source",
    "SystemsSettings",
    "configuration_page",
    "effective",
    "load",
    "repetitions",
    "resolve",
    "schema",
    "schema_json",
    "stack_in_files",
]


def load(directory: Path) -> Settings:
    """The settings of the stack that is being run.

    Args:
        directory: Folder that holds Pulumi.yaml.

    Raises:
        SettingsError: With everything that is wrong; the SDK prints it without a traceback.
    """
    today = dt.datetime.now(tz=dt.UTC).date()
    return resolve(running_stack(directory), today)
