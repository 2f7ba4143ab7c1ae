"""The command line: verbs, options and their help. What a verb does stands in its own module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from pavedroad.command.failure import reported

app: Final = typer.Typer(
    name="pavedroad",
    help="A paved road for serverless on AWS: plan with guardrails, with no account and no Pulumi CLI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app: Final = typer.Typer(help="The guardrails of the policy packs.", no_args_is_help=True)
settings_app: Final = typer.Typer(help="The settings of an environment.", no_args_is_help=True)
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
    """A paved road for serverless on AWS: plan with guardrails, with no account and no Pulumi CLI."""
    del version  # its callback has answered


@app.command()
def preview(
    *,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", "-s", help="Stack to preview. Default: the only one the project has.", metavar="NAME"
        ),
    ] = None,
    cwd: Annotated[
        Path | None,
        typer.Option(
            "--cwd",
            "-C",
            help="Run as if started in this folder.",
            metavar="DIR",
            file_okay=False,
            exists=True,
        ),
    ] = None,
    policy_pack: Annotated[
        list[Path] | None,
        typer.Option("--policy-pack", help="Folder of a policy pack to run. Repeatable.", metavar="DIR"),
    ] = None,
    policy_pack_config: Annotated[
        list[Path] | None,
        typer.Option(
            "--policy-pack-config",
            help="JSON configuration of the pack at the same position. All packs have one, or none.",
            metavar="FILE",
        ),
    ] = None,
    provider_path: Annotated[
        Path | None,
        typer.Option(
            "--provider-path",
            help="Folder with another `pulumi-resource-aws` to plan with; wins over Pulumi.yaml.",
            metavar="DIR",
        ),
    ] = None,
    unknown_outputs: Annotated[
        bool,
        typer.Option(
            "--unknown-outputs",
            help="Leave ids and ARNs of new resources unknown, as the official provider does at first.",
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Count what a policy cannot decide yet as a violation.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document: steps, policies, summary.")
    ] = False,
    event_log: Annotated[
        Path | None,
        typer.Option(
            "--event-log",
            help="Write the events as JSON lines, in the Pulumi engine's format.",
            metavar="FILE",
        ),
    ] = None,
    parallel: Annotated[
        int,
        typer.Option(
            "--parallel", "-p", help="Steps at once; 0 is the engine's default.", min=0, metavar="N"
        ),
    ] = 0,
) -> None:
    """Show what an update would do, with every guardrail decided.

    Needs no AWS account, no credentials and no Pulumi CLI. Ends 0 when all is well, 1 on an error, 5 when a
    mandatory policy is violated, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.preview import PreviewOptions, run_preview  # noqa: PLC0415 - loads the engine

        code = run_preview(
            PreviewOptions(
                stack=stack,
                cwd=cwd or Path(),
                packs=tuple(policy_pack or ()),
                pack_configs=tuple(policy_pack_config or ()),
                provider_path=provider_path,
                unknown_outputs=unknown_outputs,
                strict=strict,
                as_json=as_json,
                event_log=event_log,
                parallel=parallel,
            )
        )
        raise typer.Exit(code)


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
