"""The environment and the import path of a Python function: AWS's names, the function's own, nothing of ours.

Differs from AWS: `/var/task`, `/opt` and `/var/runtime` are folders of the run, the first and the
last named by LAMBDA_TASK_ROOT and LAMBDA_RUNTIME_DIR; AWS_ENDPOINT_URL leads the SDK to the local cloud.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.cloud.runtime import archives

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pavedroad.cloud.runtime.settings import FunctionSettings

RESERVED: Final = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    }
)  # fmt: skip
"""Variables that a function cannot set (Lambda guide, "Defined runtime environment variables")."""


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where an environment finds its files.

    Attributes:
        task: Stands for /var/task.
        opt: Stands for /opt: the layers, merged in their order.
        runtime: Stands for /var/runtime.
    """

    task: Path
    opt: Path
    runtime: Path

    @classmethod
    def of(cls, code: bytes, layers: list[bytes]) -> Folders:
        """Unpack a function's archives.

        Raises:
            ArchiveError: One cannot be unpacked.
        """
        return cls(
            task=archives.unpacked([code], kind="code"),
            opt=archives.unpacked(layers, kind="layers"),
            runtime=archives.sdk_folder(),
        )

    def shown(self) -> dict[str, str]:
        """The folders with the names that they have on AWS."""
        return {str(self.task): "/var/task", str(self.opt): "/opt", str(self.runtime): "/var/runtime"}

    def local(self, path: str) -> str:
        """A path of AWS's file system in this one; another path stays."""
        for folder, name in self.shown().items():
            if path == name or path.startswith(f"{name}/"):
                return folder + path[len(name) :]
        return path


def import_path(settings: FunctionSettings, folders: Folders) -> list[str]:
    """Where modules are looked for before the standard library: code, own PYTHONPATH, layers, SDK."""
    own = settings.variables.get("PYTHONPATH", "")
    return [
        str(folders.task),
        *(folders.local(entry) for entry in own.split(":") if entry),
        str(folders.opt / "python" / "lib" / settings.runtime / "site-packages"),
        str(folders.opt / "python"),
        str(folders.runtime),
    ]


def variables(
    settings: FunctionSettings,
    folders: Folders,
    *,
    credentials: Mapping[str, str],
    endpoint: str,
    stream: str,
) -> dict[str, str]:
    """All variables of an execution environment.

    Args:
        settings: The function.
        folders: Where its files are.
        credentials: Of its role's session: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
        endpoint: The local cloud's address.
        stream: Its log stream.
    """
    defaults = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin:{folders.opt}/bin",
        "LD_LIBRARY_PATH": f"{folders.task}:{folders.task}/lib:{folders.opt}/lib",
        "PYTHONPATH": f"{folders.opt}/python:{folders.runtime}",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "AWS_ENDPOINT_URL": endpoint,
        # Host prefixes (`sync-states.`) are no names that resolve here.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
    own = {name: value for name, value in settings.variables.items() if name not in RESERVED}
    fixed = {
        "_HANDLER": settings.handler,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{settings.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": settings.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": settings.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": settings.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_LOG_FORMAT": settings.log_format,
        "LAMBDA_TASK_ROOT": str(folders.task),
        "LAMBDA_RUNTIME_DIR": str(folders.runtime),
        **credentials,
    }
    if settings.application_level:
        fixed["AWS_LAMBDA_LOG_LEVEL"] = settings.application_level
    return {**defaults, **own, **fixed}
