"""`import`: from what exists to the stack.

Typer reads the annotations, so they are evaluated here.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

from pavedroad.command import options
from pavedroad.command.failure import reported

app: Final = typer.Typer()


@app.command("import")
def import_resources(
    type_: Annotated[
        str, typer.Argument(help="Type token, e.g. `aws:sqs/queue:Queue`.", metavar="[TYPE]")
    ] = "",
    name: Annotated[
        str, typer.Argument(help="Logical name that it gets in the stack.", metavar="[NAME]")
    ] = "",
    id_: Annotated[
        str,
        typer.Argument(help="What the provider knows it by: see the type's import section.", metavar="[ID]"),
    ] = "",
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            help="JSON file with many resources, in the form of `pulumi import --file`.",
            metavar="FILE",
        ),
    ] = None,
    parent: Annotated[
        str,
        typer.Option("--parent", help="Its parent in the stack. Default: the stack.", metavar="[NAME=]URN"),
    ] = "",
    provider: Annotated[
        str,
        typer.Option(
            "--provider",
            help="The provider in the stack that serves it. Default: the package's own.",
            metavar="[NAME=]URN",
        ),
    ] = "",
    protect: Annotated[
        bool, typer.Option("--protect/--no-protect", help="Whether it may not be deleted.")
    ] = True,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    yes: options.Yes = False,
    preview_only: options.PreviewOnly = False,
    provider_path: options.ProviderPath = None,
    ambient_plugins: options.AmbientPlugins = False,
    no_cloud: options.NoCloud = False,
    as_json: options.AsJson = False,
    event_log: options.EventLog = None,
    parallel: options.Parallel = 0,
) -> None:
    """Take resources that exist into the stack.

    Shows what it found and asks; --yes goes on without asking. Nothing is changed but the state. Prints the
    Python code that defines the resources, for the program; secrets stay out of it. Ends 0 when all is well,
    1 on an error or when not confirmed, 130 on Ctrl-C.
    """
    with reported():
        from pavedroad.command.import_ import ImportOptions, run_import  # noqa: PLC0415 - loads the engine

        code = run_import(
            ImportOptions(
                type=type_,
                name=name,
                id=id_,
                parent=parent,
                provider=provider,
                protect=protect,
                file=file,
                stack=stack,
                cwd=cwd or Path(),
                state=state,
                yes=yes,
                preview_only=preview_only,
                provider_path=provider_path,
                ambient_plugins=ambient_plugins,
                no_cloud=no_cloud,
                as_json=as_json,
                event_log=event_log,
                parallel=parallel,
            )
        )
        raise typer.Exit(code)
