"""The command line: the verbs of all groups under one name. What a verb does stands in its own module."""

from typing import Annotated, Final

import typer

from pavedroad.command.verbs import catalogue, cloud, importing, keeping, reading, updating

app: Final = typer.Typer(
    name="pavedroad",
    help="A paved road for serverless on AWS: plan and run it, guarded, with no account and no Pulumi CLI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # else a paragraph keeps the line ends that it has in the source
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Groups without a name: their verbs stand in this order in the help.
for group in (updating.app, keeping.app, importing.app, reading.app, cloud.app):
    app.add_typer(group)
app.add_typer(reading.state_app, name="state")
app.add_typer(cloud.cloud_app, name="cloud")
app.add_typer(catalogue.rules_app, name="rules")
app.add_typer(catalogue.settings_app, name="settings")


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
