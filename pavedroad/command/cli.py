"""The command line: verbs, options and their help. What a verb does stands in its own module.

Typer reads the annotations, so they are evaluated here.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

from pavedroad.command import options
from pavedroad.command.failure import reported

app: Final = typer.Typer(
    name="pavedroad",
    help="A paved road for serverless on AWS: plan and run it, guarded, with no account and no Pulumi CLI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # else a paragraph keeps the line ends that it has in the source
    context_settings={"help_option_names": ["-h", "--help"]},
)
state_app: Final = typer.Typer(help="The state of a stack.", no_args_is_help=True)
rules_app: Final = typer.Typer(help="The guardrails of the policy packs.", no_args_is_help=True)
settings_app: Final = typer.Typer(help="The settings of an environment.", no_args_is_help=True)
app.add_typer(state_app, name="state")
app.add_typer(rules_app, name="rules")
app.add_typer(settings_app, name="settings")


def _version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - 20 ms that no other call needs

        typer.echo(f"pavedroad {version('pavedroad')}")
        raise typer.Exit


@app.callback()
def pavedroad(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A paved road for serverless on AWS: plan and run it, guarded, with no account and no Pulumi CLI."""
    del version  # its callback has answered


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
                strict=strict,
                as_json=as_json,
                event_log=event_log,
                targets=tuple(target or ()),
                excludes=tuple(exclude or ()),
                parallel=parallel,
            )
        )
        raise typer.Exit(code)


@app.command("refresh")
def refresh_state(
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    provider_path: options.ProviderPath = None,
    ambient_plugins: options.AmbientPlugins = False,
    as_json: options.AsJson = False,
    event_log: options.EventLog = None,
    parallel: options.Parallel = 0,
) -> None:
    """Bring the state up to what there is.

    Reads every resource anew and writes what it found into the state, without asking: no resource is changed.
    Ends 0 when all is well, 1 on an error, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.refresh import run_refresh  # noqa: PLC0415 - loads the engine
        from pavedroad.command.request import RunOptions  # noqa: PLC0415 - as above

        code = run_refresh(
            RunOptions(
                stack=stack,
                cwd=cwd or Path(),
                state=state,
                provider_path=provider_path,
                ambient_plugins=ambient_plugins,
                as_json=as_json,
                event_log=event_log,
                parallel=parallel,
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
    continue_on_error: options.ContinueOnError = False,
    provider_path: options.ProviderPath = None,
    ambient_plugins: options.AmbientPlugins = False,
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
                continue_on_error=continue_on_error,
                provider_path=provider_path,
                ambient_plugins=ambient_plugins,
                as_json=as_json,
                event_log=event_log,
                targets=tuple(target or ()),
                excludes=tuple(exclude or ()),
                parallel=parallel,
            )
        )
        raise typer.Exit(code)


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
            help="JSON lines: type, name, props, and propertyDependencies if any.",
            metavar="FILE",
        ),
    ] = None,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    policy_pack: options.PolicyPacks = None,
    policy_pack_config: options.PolicyPackConfigs = None,
    strict: options.Strict = False,
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


Environment = Annotated[
    str | None,
    typer.Option("--stack", "-s", help="Environment whose levels are shown.", metavar="NAME"),
]


@rules_app.command("list")
def rules_list(
    *,
    stack: Environment = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show every rule: severity, level, id, requirement."""
    with reported():
        from pavedroad.command.rules import show_list  # noqa: PLC0415 - loads the policies

        show_list(stack, as_json=as_json)


@rules_app.command("explain")
def rules_explain(
    rule: Annotated[
        str, typer.Argument(help="Id, policy name or row, e.g. functions-layer-company-present.")
    ],
    *,
    stack: Environment = None,
) -> None:
    """Tell what one rule demands, of what, why and how to mend it."""
    with reported():
        from pavedroad.command.rules import explain_rule  # noqa: PLC0415 - loads the policies

        explain_rule(rule, stack)


@rules_app.command("docs")
def rules_docs() -> None:
    """Print the page of all rules (docs/guardrails.md)."""
    with reported():
        from pavedroad.command.rules import print_page  # noqa: PLC0415 - loads the policies

        print_page()


@settings_app.command("schema")
def settings_schema() -> None:
    """Print the JSON schema of the settings (docs/settings.schema.json)."""
    with reported():
        from pavedroad.command.settings import print_schema  # noqa: PLC0415 - loads the systems

        print_schema()


@settings_app.command("docs")
def settings_docs() -> None:
    """Print the page of all settings (docs/configuration.md)."""
    with reported():
        from pavedroad.command.settings import print_page  # noqa: PLC0415 - loads the systems

        print_page()
