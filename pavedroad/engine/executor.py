"""Runs a Pulumi program under the unmodified SDK; a process of its own, started as a script by path.

It imports nothing of this project: the program's own environment need not hold it. Everything is told by
arguments, but for the configuration, which the SDK itself reads from PULUMI_CONFIG. Exit codes: 0 well, 23
after an error that was reported to the engine (Pulumi's own host uses the same number), else a crash.
"""

# ruff: noqa: E402 - path and collector are set before the imports that they are for
import gc
import sys

GC_THRESHOLD = 1_000_000

if __name__ == "__main__":
    # As a script, Python puts this folder first on the path, where our names would shadow the program's.
    sys.path.pop(0)
    # A program builds thousands of classes and ends soon; collecting among them would be a tenth of its time.
    gc.set_threshold(GC_THRESHOLD)

import argparse
import asyncio
import os
import runpy
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pulumi
import pulumi.runtime
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

REPORTED_EXIT = 23
WORKERS = 64
"""Threads for the SDK's blocking calls. Each waits only for the engine, so fewer than resources is enough."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("monitor", "engine", "project", "stack", "organization", "root"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("program")
    return parser.parse_args()


class _QuietEngine:
    """The engine's service without debug messages: the SDK sends several for each resource, one call each."""

    def __init__(self, address: str) -> None:
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
        self.GetRootResource = self._stub.GetRootResource
        self.SetRootResource = self._stub.SetRootResource
        self.RequirePulumiVersion = self._stub.RequirePulumiVersion

    def Log(self, request: engine_pb2.LogRequest) -> empty_pb2.Empty:  # noqa: N802 - the service's own name
        if request.severity != engine_pb2.DEBUG:
            self._stub.Log(request)
        return empty_pb2.Empty()


def _users_part(error: BaseException, program: Path) -> str:
    """The traceback from the program's own first frame on; what lies above it is of no use to its author."""
    main = (program / "__main__.py" if program.is_dir() else program).resolve()
    frames = traceback.extract_tb(error.__traceback__)
    for index, frame in enumerate(frames):
        if Path(frame.filename).resolve() == main:
            limit = index - len(frames)
            return "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=limit))
    if isinstance(error, SyntaxError):  # of the main file itself: no frame is its author's
        return "".join(traceback.format_exception_only(error))
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _run(program: Path) -> None:
    # The file, not its folder: of a folder Python would take cached bytecode, which is stale when the file
    # was changed within a second and kept its size.
    main = program / "__main__.py" if program.is_dir() else program
    runpy.run_path(str(main), run_name="__main__")


async def _run_and_begin(program: Path) -> None:
    _run(program)
    # Let every registration begin: the SDK then waits for these first. If it saw none it would wait for their
    # outputs, some 25 for each resource, and look through all of them anew at every answer: with thousands of
    # resources two thirds of the program's time.
    await asyncio.sleep(0)


def main() -> int:
    """Run the program; the exit code."""
    given = _arguments()
    program = Path(given.program)
    sys.path.insert(0, str(program if program.is_dir() else program.parent))
    sys.argv = [str(program)]

    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=given.monitor,
            engine=_QuietEngine(given.engine),
            project=given.project,
            stack=given.stack,
            parallel=given.parallel,
            dry_run=given.dry_run,
            organization=given.organization,
            root_directory=given.root,
        )
    )
    pulumi.runtime.set_all_config(
        pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env()
    )
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(ThreadPoolExecutor(max_workers=WORKERS))
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_and_begin(program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return REPORTED_EXIT
    except Exception as error:  # noqa: BLE001 - whatever the program raises is reported, as Pulumi does
        text = _users_part(error, program)
        pulumi.log.error(f"Program failed with an unhandled exception:\n{text}")
        return REPORTED_EXIT
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Tearing down hundreds of modules takes a tenth of a second that nobody waits for.
    os._exit(code)
