"""`rules` and `settings`: what the project demands and what can be set.

Typer reads the annotations, so they are evaluated here.
"""

from typing import Annotated, Final

import typer

from pavedroad.command.failure import reported

rules_app: Final = typer.Typer(help="The guardrails of the policy packs.", no_args_is_help=True)
settings_app: Final = typer.Typer(help="The settings of an environment.", no_args_is_help=True)

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
