"""`refresh` and `destroy`: what is done to a stack without its program.

Typer reads the annotations, so they are evaluated here.
"""

from pathlib import Path
from typing import Final

import typer

from pavedroad.command import options
from pavedroad.command.failure import reported

app: Final = typer.Typer()


@app.command("refresh")
def refresh_state(
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    provider_path: options.ProviderPath = None,
    ambient_plugins: options.AmbientPlugins = False,
    no_cloud: options.NoCloud = False,
    as_json: options.AsJson = False,
    event_log: options.EventLog = None,
    parallel: options.Parallel = 0,
    preview_only: options.PreviewOnly = False,
    clear_pending_creates: options.ClearPendingCreates = False,
) -> None:
    """Bring the state up to what there is.

    Reads every resource anew and writes what it found into the state, without asking: no resource is changed.
    With --preview-only the state stays as it is too.
    Ends 0 when all is well, 1 on an error, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.refresh import RefreshOptions, run_refresh  # noqa: PLC0415 - loads the engine

        code = run_refresh(
            RefreshOptions(
                stack=stack,
                cwd=cwd or Path(),
                state=state,
                provider_path=provider_path,
                ambient_plugins=ambient_plugins,
                no_cloud=no_cloud,
                as_json=as_json,
                event_log=event_log,
                parallel=parallel,
                preview_only=preview_only,
                clear_pending_creates=clear_pending_creates,
            )
        )
        raise typer.Exit(code)


@app.command()
def destroy(
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    yes: options.Yes = False,
    preview_only: options.PreviewOnly = False,
    continue_on_error: options.ContinueOnError = False,
    provider_path: options.ProviderPath = None,
    ambient_plugins: options.AmbientPlugins = False,
    no_cloud: options.NoCloud = False,
    as_json: options.AsJson = False,
    event_log: options.EventLog = None,
    target: options.Targets = None,
    exclude: options.Excludes = None,
    parallel: options.Parallel = 0,
) -> None:
    """Delete all that the stack holds.

    Shows the list and asks; --yes goes on without asking. After a failure or Ctrl-C run it again to go on.
    Ends 0 when all is well, 1 on an error or when not confirmed, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.destroy import DestroyOptions, run_destroy  # noqa: PLC0415 - loads the engine

        code = run_destroy(
            DestroyOptions(
                stack=stack,
                cwd=cwd or Path(),
                state=state,
                yes=yes,
                preview_only=preview_only,
                continue_on_error=continue_on_error,
                provider_path=provider_path,
                ambient_plugins=ambient_plugins,
                no_cloud=no_cloud,
                as_json=as_json,
                event_log=event_log,
                targets=tuple(target or ()),
                excludes=tuple(exclude or ()),
                parallel=parallel,
            )
        )
        raise typer.Exit(code)
