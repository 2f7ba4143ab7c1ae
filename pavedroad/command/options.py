"""The options that several verbs share, each declared once with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Stack: TypeAlias = Annotated[
    str | None,
    typer.Option("--stack", "-s", help="Stack. Default: the only one the project has.", metavar="NAME"),
]
Cwd: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--cwd", "-C", help="Run as if started in this folder.", metavar="DIR", file_okay=False, exists=True
    ),
]
StateFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--state",
        help="The stack's state. Default: .pavedroad/state/NAME.json.",
        metavar="FILE",
    ),
]
PolicyPacks: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option("--policy-pack", help="Folder of a policy pack to run. Repeatable.", metavar="DIR"),
]
PolicyPackConfigs: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack-config",
        help="JSON configuration of the pack at the same position. All packs have one, or none.",
        metavar="FILE",
    ),
]
ProviderPath: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--provider-path",
        help="Folder with another `pulumi-resource-aws` to use; wins over Pulumi.yaml.",
        metavar="DIR",
    ),
]
AmbientPlugins: TypeAlias = Annotated[
    bool,
    typer.Option("--ambient-plugins", help="Search PATH for providers of which no folder is known."),
]
NoCloud: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-cloud",
        envvar="PAVEDROAD_NO_CLOUD",
        help="Keep every resource in the provider's record alone; no local cloud is started.",
    ),
]
Targets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        help="Change only resources whose URN matches; `*` matches any part. Repeatable.",
        metavar="GLOB",
    ),
]
Excludes: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Leave resources alone whose URN matches. Repeatable.", metavar="GLOB"),
]
Strict: TypeAlias = Annotated[
    bool, typer.Option("--strict", help="Count what a policy cannot decide yet as a violation.")
]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON document: steps, policies, summary.")
]
EventLog: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--event-log",
        help="Write the events as JSON lines, in the Pulumi engine's format.",
        metavar="FILE",
    ),
]
Parallel: TypeAlias = Annotated[
    int,
    typer.Option("--parallel", "-p", help="Steps at once; 0 is the engine's default.", min=0, metavar="N"),
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for scripts.")]
Refresh: TypeAlias = Annotated[
    bool, typer.Option("--refresh", "-r", help="Read every resource anew first, as `pavedroad refresh`.")
]
PreviewOnly: TypeAlias = Annotated[
    bool, typer.Option("--preview-only", help="Only tell what would be done; nothing is changed.")
]
ClearPendingCreates: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--clear-pending-creates",
        help="Forget the creates that an earlier run did not see the end of: nothing is left of them.",
    ),
]
ContinueOnError: TypeAlias = Annotated[
    bool, typer.Option("--continue-on-error", help="After a failure go on with what does not depend on it.")
]
ShowSecrets: TypeAlias = Annotated[bool, typer.Option("--show-secrets", help="Show secrets in clear text.")]
