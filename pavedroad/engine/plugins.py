"""Starts the other processes of a run: providers, policy packs and the program itself.

None of them sees the ambient AWS credentials or endpoints, or the passphrase: a sandbox run touches no
account.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pavedroad.engine.events import DiagnosticEvent
from pavedroad.engine.request import EngineError
from pavedroad.engine.yaml_file import load_mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.processes import Child, Children
    from pavedroad.engine.project import Project, StackConfig
    from pavedroad.engine.request import RunRequest

ORGANIZATION: Final = "organization"
"""The organisation of a backend that knows none, as Pulumi's own local backend has it."""

REPORTED_EXIT: Final = 23
"""The program's exit code after an error that it reported itself (executor.py says the same)."""

_WITHHELD: Final = frozenset(
    {
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "PULUMI_ACCESS_TOKEN",
        "PULUMI_CONFIG",
        "PULUMI_CONFIG_SECRET_KEYS",
    }
)
# AWS's SDKs would else read the user's files or ask the instance's metadata service.
_NO_AWS: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Plugins:
    """Starts plugins with the environment and the messages of one run."""

    def __init__(
        self,
        request: RunRequest,
        project: Project,
        config: StackConfig,
        children: Children,
        emit: Callable[[EngineEvent], None],
    ) -> None:
        """Prepare; nothing is started yet."""
        self.request = request
        self.project = project
        self.config = config
        self.children = children
        self.engine_address = ""
        self._emit = emit

    async def provider(self, package: str) -> Child:
        """Start the provider of a package.

        Raises:
            EngineError: No folder is known for it, or the folder holds no such plugin.
        """
        folder = self.provider_dir(package)
        executable = _executable(folder, package)
        return await self.children.start(
            f"provider '{package}'",
            [str(executable), self.engine_address],
            cwd=self.project.root,
            environment=self._environment(self.project.virtualenv, self.request.provider_environment),
            on_line=self._reporter(f"provider '{package}'"),
            speaks_port=True,
        )

    def provider_dir(self, package: str) -> Path:
        """The folder of a package's plugin."""
        first, second = self.project.plugin_dirs, self.request.provider_dirs
        if self.request.override_project_plugins:
            first, second = second, first
        folder = first.get(package) or second.get(package)
        if folder is None and self.request.ambient_plugins:
            found = shutil.which(f"pulumi-resource-{package}")
            folder = Path(found).parent if found else None
        if folder is None:
            raise EngineError(
                f"provider '{package}': no plugin folder is known for it. Name one under plugins.providers "
                "in Pulumi.yaml; this engine downloads nothing."
            )
        return _absolute(folder)

    async def policy_pack(self, given: Path) -> tuple[Child, str]:
        """Start a policy pack; the version that its PulumiPolicy.yaml states, empty for none.

        Raises:
            EngineError: The folder is no Python policy pack.
        """
        folder = _absolute(given)
        description = folder / "PulumiPolicy.yaml"
        missing = f"policy pack {folder}: there is no PulumiPolicy.yaml in it. Name the pack's own folder."
        data = load_mapping(description, missing=missing)
        runtime = data.get("runtime")
        options = runtime.get("options") if isinstance(runtime, dict) else None
        kind = runtime.get("name") if isinstance(runtime, dict) else runtime
        if kind != "python":
            raise EngineError(f"{description}: runtime: got {kind!r}, this engine runs only 'python' packs.")
        named = options.get("virtualenv") if isinstance(options, dict) else None
        virtualenv = folder / named if isinstance(named, str) and named else self.project.virtualenv
        python = sys.executable if virtualenv is None else str(virtualenv / "bin" / "python")
        version = data.get("version")
        child = await self.children.start(
            f"policy pack {folder.name}",
            [python, "-u", "-m", "pulumi.policy", self.engine_address, str(folder)],
            cwd=folder,
            environment=self._environment(virtualenv, self._run_variables()),
            on_line=self._reporter(f"policy pack {folder.name}"),
            speaks_port=True,
        )
        return child, "" if version is None else str(version)

    async def program(self, *, dry_run: bool, parallel: int) -> Child:
        """Start the program under the SDK."""
        project = self.project
        arguments = {
            "monitor": self.engine_address,
            "engine": self.engine_address,
            "project": project.name,
            "stack": self.request.stack,
            "organization": ORGANIZATION,
            "root": str(project.root),
            "parallel": str(parallel),
        }
        command = [project.python, "-u", str(Path(__file__).with_name("executor.py"))]
        command += [f"--{name}={value}" for name, value in arguments.items()]
        command += ["--dry-run"] if dry_run else []
        return await self.children.start(
            "the program",
            [*command, str(project.main)],
            cwd=project.main if project.main.is_dir() else project.main.parent,
            environment=self._environment(project.virtualenv, self._config_variables()),
            on_line=self._reporter(""),
            speaks_port=False,
        )

    def _run_variables(self) -> dict[str, str]:
        return {
            **self._config_variables(),
            "PULUMI_ORGANIZATION": ORGANIZATION,
            "PULUMI_PROJECT": self.project.name,
            "PULUMI_STACK": self.request.stack,
            "PULUMI_DRY_RUN": "true" if self.request.dry_run else "false",
        }

    def _config_variables(self) -> dict[str, str]:
        return {
            "PULUMI_CONFIG": json.dumps(self.config.texts()),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(self.config.secret_keys()),
        }

    def _environment(self, virtualenv: Path | None, extra: Mapping[str, str]) -> dict[str, str]:
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("AWS_") and key not in _WITHHELD
        }
        binaries = Path(sys.executable).parent if virtualenv is None else virtualenv / "bin"
        environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', os.defpath)}"
        environment["VIRTUAL_ENV"] = str(binaries.parent)
        environment.pop("PYTHONHOME", None)
        environment.setdefault("GRPC_VERBOSITY", "NONE")
        return {**environment, **_NO_AWS, **extra}

    def _reporter(self, prefix: str) -> Callable[[str, bool], None]:
        def report(line: str, is_error: bool) -> None:  # noqa: FBT001 - the shape that the pumps call
            self._emit(
                DiagnosticEvent(
                    severity="info#err" if is_error else "info",
                    message=line,
                    prefix=f"{prefix}: " if prefix else "",
                )
            )

        return report


def _absolute(folder: Path) -> Path:
    """Folders are given relative to where the user stands, but children start elsewhere."""
    return folder.absolute()


def _executable(folder: Path, package: str) -> Path:
    executable = folder / f"pulumi-resource-{package}"
    if not executable.is_file():
        raise EngineError(
            f"provider '{package}': there is no {executable.name} in {folder}. "
            "Name the folder that holds it (--provider-path, or plugins.providers in Pulumi.yaml)."
        )
    return executable
