"""`preview` and `up`: from the program to the stack.

Typer reads the annotations, so they are evaluated here.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

from pavedroad.command import options
from pavedroad.command.failure import reported

app: Final = typer.Typer()


@app.command()
def preview(
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    policy_pack: options.PolicyPacks = None,
    policy_pack_config: options.PolicyPackConfigs = None,
    strict: options.Strict = False,
    provider_path: options.ProviderPath = None,
    unknown_outputs: Annotated[
        bool,
        typer.Option(
            "--unknown-outputs",
            help="Leave ids and ARNs of new resources unknown, as the official provider does at first.",
        ),
    ] = False,
    ambient_plugins: options.AmbientPlugins = False,
    no_cloud: options.NoCloud = False,
    as_json: options.AsJson = False,
    event_log: options.EventLog = None,
    target: options.Targets = None,
    exclude: options.Excludes = None,
    parallel: options.Parallel = 0,
) -> None:
    """Show what an update would do, with every guardrail decided.

    Needs no AWS account, no credentials and no Pulumi CLI. Ends 0 when all is well, 1 on an error, 5 when a
    mandatory policy is violated, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.preview import run_preview  # noqa: PLC0415 - loads the engine
        from pavedroad.command.request import RunOptions  # noqa: PLC0415 - as above

        code = run_preview(
            RunOptions(
                stack=stack,
                cwd=cwd or Path(),
                state=state,
                packs=tuple(policy_pack or ()),
                pack_configs=tuple(policy_pack_config or ()),
                provider_path=provider_path,
                ambient_plugins=ambient_plugins,
                no_cloud=no_cloud,
                unknown_outputs=unknown_outputs,
                strict=strict,
                as_json=as_json,
                event_log=event_log,
                targets=tuple(target or ()),
                excludes=tuple(exclude or ()),
                parallel=parallel,
            )
        )
        raise typer.Exit(code)


@app.command()
def up(
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    yes: options.Yes = False,
    refresh: options.Refresh = False,
    continue_on_error: options.ContinueOnError = False,
    policy_pack: options.PolicyPacks = None,
    policy_pack_config: options.PolicyPackConfigs = None,
    strict: options.Strict = False,
    provider_path: options.ProviderPath = None,
    ambient_plugins: options.AmbientPlugins = False,
    no_cloud: options.NoCloud = False,
    as_json: options.AsJson = False,
    event_log: options.EventLog = None,
    target: options.Targets = None,
    exclude: options.Excludes = None,
    parallel: options.Parallel = 0,
) -> None:
    """Make the stack what its program says.

    Shows the plan and asks; --yes goes on without asking. Nothing is changed when the plan has an error or a
    mandatory policy is violated. The state is saved after every step: after a failure or Ctrl-C run it again
    to go on. The event log holds the update, or the plan when it ended there. Ends 0 when all is well, 1 on
    an error or when not confirmed, 5 when a mandatory policy is violated, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.up import UpOptions, run_up  # noqa: PLC0415 - loads the engine

        code = run_up(
            UpOptions(
                stack=stack,
                cwd=cwd or Path(),
                state=state,
                yes=yes,
                refresh=refresh,
                continue_on_error=continue_on_error,
                packs=tuple(policy_pack or ()),
                pack_configs=tuple(policy_pack_config or ()),
                provider_path=provider_path,
                ambient_plugins=ambient_plugins,
                no_cloud=no_cloud,
                strict=strict,
                as_json=as_json,
                event_log=event_log,
                targets=tuple(target or ()),
                excludes=tuple(exclude or ()),
                parallel=parallel,
            )
        )
        raise typer.Exit(code)
