"""`outputs`, `check` and `state`: verbs that change nothing.

Typer reads the annotations, so they are evaluated here.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

from pavedroad.command import options
from pavedroad.command.failure import reported

app: Final = typer.Typer()
state_app: Final = typer.Typer(help="The state of a stack.", no_args_is_help=True)


@app.command()
def outputs(
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    show_secrets: options.ShowSecrets = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what the program exported, as of the last update."""
    with reported():
        from pavedroad.command.outputs import show_outputs  # noqa: PLC0415 - loads the engine
        from pavedroad.command.request import StackOptions  # noqa: PLC0415 - as above

        show_outputs(
            StackOptions(stack=stack, cwd=cwd or Path(), state=state),
            as_json=as_json,
            show_secrets=show_secrets,
        )


@app.command()
def check(
    *,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Exported state, of `state export` or the Pulumi CLI.", metavar="STATE"),
    ] = None,
    resources: Annotated[
        Path | None,
        typer.Option(
            "--resources",
            help="JSON lines: type, name, props; propertyDependencies, target (its stack) if any.",
            metavar="FILE",
        ),
    ] = None,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    policy_pack: options.PolicyPacks = None,
    policy_pack_config: options.PolicyPackConfigs = None,
    strict: options.Strict = False,
    all_verdicts: Annotated[
        bool,
        typer.Option(
            "--all-verdicts",
            help="Print as JSON what every rule of our own packs says of every resource, passes too.",
        ),
    ] = False,
    as_json: options.AsJson = False,
    event_log: options.EventLog = None,
) -> None:
    """Run policy packs over resources that already are.

    Needs no program and no provider, only an exported state or a list of resources. Secrets stay masked. Ends
    0 when all is well, 1 on an error, 5 when a mandatory policy is violated, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.check import CheckOptions, run_check  # noqa: PLC0415 - loads the engine

        code = run_check(
            CheckOptions(
                file=file,
                resources=resources,
                stack=stack,
                cwd=cwd or Path(),
                packs=tuple(policy_pack or ()),
                pack_configs=tuple(policy_pack_config or ()),
                strict=strict,
                all_verdicts=all_verdicts,
                as_json=as_json,
                event_log=event_log,
            )
        )
        raise typer.Exit(code)


@state_app.command("export")
def state_export(
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Write to this file, readable by you only.", metavar="FILE")
    ] = None,
    show_secrets: options.ShowSecrets = False,
) -> None:
    """Print the state as a deployment.

    It has the form of `pulumi stack export`: `pulumi stack import` reads it. Secrets stay encrypted unless
    --show-secrets is given.
    """
    with reported():
        from pavedroad.command.request import StackOptions  # noqa: PLC0415 - loads the engine
        from pavedroad.command.state import export_state  # noqa: PLC0415 - as above

        export_state(
            StackOptions(stack=stack, cwd=cwd or Path(), state=state), file=file, show_secrets=show_secrets
        )
