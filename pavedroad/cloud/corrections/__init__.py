"""What the emulator does otherwise than AWS and a system would notice, each mended in one module.

A correction wraps names of the emulator inside its own process. Its version is pinned exactly, each module
asserts that the names it wraps are there, and each has a test that is red without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from pavedroad.cloud.corrections import (
    alarm_records,
    async_invocations,
    event_answers,
    function_logs,
    function_tasks,
    function_versions,
    gateway_patches,
    iam_batch_actions,
    iam_deliveries,
    iam_invoke_permissions,
    iam_pollers,
    iam_resource_names,
    iam_roles,
    iam_state_machines,
    invocations,
    log_groups,
    machine_logs,
    machine_records,
    machine_redrives,
    mapping_settings,
    pool_updates,
    python_runtime,
    queue_polling,
    queue_redrive,
    secret_versions,
    secure_transport,
    stream_answers,
    stream_polling,
    tracing,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Correction(Protocol):
    """A module that mends one thing."""

    def install(self) -> None:
        """Mend it; called once, before the emulator serves.

        Raises:
            CorrectionError: A name that it wraps is not there.
        """
        ...


CORRECTIONS: Final[Sequence[Correction]] = (
    gateway_patches,
    pool_updates,
    secure_transport,
    event_answers,
    secret_versions,
    stream_answers,
    function_logs,
    alarm_records,
    log_groups,
    machine_logs,
    machine_records,
    python_runtime,
    function_versions,
    invocations,
    mapping_settings,
    queue_polling,
    async_invocations,
    function_tasks,
    iam_batch_actions,
    iam_deliveries,
    iam_invoke_permissions,
    iam_pollers,
    iam_resource_names,
    iam_roles,
    iam_state_machines,
    queue_redrive,
    stream_polling,
    tracing,
    machine_redrives,
)
"""All corrections in the order in which they are installed."""


def install_all() -> None:
    """Install every correction.

    Raises:
        CorrectionError: The emulator is another one than they were written for.
    """
    for correction in CORRECTIONS:
        correction.install()
