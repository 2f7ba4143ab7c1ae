"""`cloud` and `logs`: the local cloud, and what the functions in it say.

Typer reads the annotations, so they are evaluated here.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

from pavedroad.command import options
from pavedroad.command.failure import reported

app: Final = typer.Typer()
cloud_app: Final = typer.Typer(
    help="The local cloud: AWS as one process on this machine.", no_args_is_help=True
)

CloudJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@cloud_app.command("start")
def cloud_start(
    *,
    stack: Annotated[
        str, typer.Option("--stack", "-s", help="Stack whose account and region it has.", metavar="NAME")
    ] = "sandbox",
    cwd: options.Cwd = None,
    account: Annotated[
        str | None,
        typer.Option("--account", help="Main account. Default: the stack's first one.", metavar="ID"),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Main region. Default: the stack's.", metavar="NAME")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Port on 127.0.0.1. Default: any free one.", min=1, max=65535),
    ] = None,
    persistent: Annotated[bool, typer.Option("--persistent", help="Keep what it holds over a stop.")] = False,
    as_json: CloudJson = False,
) -> None:
    """Start the local cloud, or find it running.

    It goes on until `cloud stop`. What it holds is forgotten then, unless --persistent is given. Every
    account and region is there; the main ones are those of requests that are not signed. Ends 0 when it
    serves, else 1.
    """
    with reported():
        from pavedroad.command.cloud import CloudOptions, start_cloud  # noqa: PLC0415 - loads the engine

        start_cloud(
            CloudOptions(
                stack=stack,
                cwd=cwd or Path(),
                account=account,
                region=region,
                port=port,
                persistent=persistent,
                as_json=as_json,
            )
        )


@cloud_app.command("stop")
def cloud_stop(
    *,
    cwd: options.Cwd = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Remove what a persistent cloud has kept, too.")
    ] = False,
) -> None:
    """Stop the local cloud, and remove what it leaves."""
    with reported():
        from pavedroad.command.cloud import stop_cloud  # noqa: PLC0415 - as for every verb

        stop_cloud(cwd or Path(), forget=forget)


@cloud_app.command("status")
def cloud_status(*, cwd: options.Cwd = None, as_json: CloudJson = False) -> None:
    """Show the local cloud: address, account, process, memory. Ends 1 when none runs."""
    with reported():
        from pavedroad.command.cloud import show_status  # noqa: PLC0415 - as for every verb

        raise typer.Exit(show_status(cwd or Path(), as_json=as_json))


@cloud_app.command("logs")
def cloud_logs(
    *,
    cwd: options.Cwd = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Lines from the end.", min=0, metavar="N")] = 50,
) -> None:
    """Show the log of the local cloud itself; it is silent unless something fails."""
    with reported():
        from pavedroad.command.cloud import show_log  # noqa: PLC0415 - as for every verb

        show_log(cwd or Path(), follow=follow, lines=lines)


@app.command()
def logs(
    system: Annotated[str, typer.Argument(help="The system: its logical name or its class.")],
    *,
    stack: options.Stack = None,
    cwd: options.Cwd = None,
    state: options.StateFile = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    since: Annotated[
        str, typer.Option("--since", help="How far back: 30s, 10m, 2h, 1d.", metavar="TIME")
    ] = "10m",
    text: Annotated[
        str, typer.Option("--filter", help="Only events that hold this text.", metavar="TEXT")
    ] = "",
    platform: Annotated[
        bool, typer.Option("--platform", help="Show the platform's own lines, too: START, END, REPORT.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
) -> None:
    """Show what a system's functions logged, all together, by time.

    Reads the local cloud. The stack's state says which functions the system has.
    """
    with reported():
        from pavedroad.command.logs import LogOptions, show_logs  # noqa: PLC0415 - loads the engine

        show_logs(
            LogOptions(
                stack=stack,
                cwd=cwd or Path(),
                state=state,
                system=system,
                follow=follow,
                since=since,
                text=text,
                platform=platform,
                as_json=as_json,
            )
        )
