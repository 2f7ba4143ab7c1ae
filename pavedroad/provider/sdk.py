"""What the pulumi-aws SDK says about a resource type: its inputs and outputs under their wire names.

The generated sources are read as text. Importing them would cost tens of milliseconds a module (docstrings of
megabytes, thousands of nested classes); one scan of one file costs one. The layout of the sources is the
generator's, pinned with the SDK's version; a contract test compares the scan with the imported classes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_GETTER: Final = r'@pulumi\.getter(?:\(name="(\w+)"\))?\n(?:    @[^\n]*\n)*    def (\w+)\(self\) -> pulumi\.'
_OUTPUT: Final = re.compile(
    _GETTER + r'Output\[([^\n]*)\]:\n(?:        """\n(.*?)\n        """)?',
    re.DOTALL,
)
_INPUT: Final = re.compile(_GETTER + r"Input\[([^\n]*)\]:\n")
_INDEX: Final = re.compile(r'"(aws:[^"]+:(\w+))": "\w+"')
_FORCES_NEW: Final = re.compile(
    r"\bforces? (?:a |the )?(?:new resource|replacement|recreation|resource re-?creation)"
    r"|\bwill (?:force|trigger) (?:a )?(?:new resource|replacement|resource re-?creation|re-?creation)"
    r"|\bre-?creates? the resource|\bcreates? a new resource",
    re.IGNORECASE,
)


class UnknownTypeError(Exception):
    """The SDK has no such resource type."""


@dataclass(frozen=True)
class Output:
    """One output property.

    Attributes:
        optional: Whether it may be absent; a property that may not is given or computed.
        kind: `string`, `number`, `boolean`, `array`, `object` or `asset`.
        forces_new: Whether the documentation says that a change replaces the resource.
    """

    optional: bool
    kind: str
    forces_new: bool


@dataclass(frozen=True)
class Input:
    """One input property.

    Attributes:
        required: Whether the program must give it.
        kind: As for outputs.
    """

    required: bool
    kind: str


@dataclass(frozen=True)
class ResourceShape:
    """A resource type of the SDK.

    Attributes:
        token: Type token, e.g. `aws:sqs/queue:Queue`.
        inputs: Input properties by wire name.
        outputs: Output properties by wire name.
    """

    token: str
    inputs: dict[str, Input]
    outputs: dict[str, Output]


@cache
def root() -> Path:
    """Folder of the installed SDK."""
    spec = find_spec("pulumi_aws")
    if spec is None or not spec.submodule_search_locations:
        raise UnknownTypeError(
            "the package pulumi_aws is not installed; run `make setup` in the project's folder"
        )
    return Path(spec.submodule_search_locations[0])


@cache
def tokens() -> frozenset[str]:
    """All resource types of the SDK."""
    return frozenset(
        match[1] for match in _INDEX.finditer((root() / "__init__.py").read_text(encoding="utf-8"))
    )


@cache
def shape(token: str) -> ResourceShape:
    """The inputs and outputs of a type.

    Raises:
        UnknownTypeError: The SDK has no such type.
    """
    folder, name = _place(token)
    path = folder / f"{_snake(name)}.py"
    source = path.read_text(encoding="utf-8") if path.is_file() else ""
    start = source.find(f"\nclass {name}(pulumi.CustomResource)")
    if start < 0:
        source, start = _search(folder, name)
    if start < 0:
        raise UnknownTypeError(
            f"{token} is no resource type of pulumi-aws {version()}; check the spelling of the token"
        )
    # A type whose name clashes with a nested type gets InitArgs.
    head = max(source.find(f"\nclass {name}Args:"), source.find(f"\nclass {name}InitArgs:"))
    tail = source.find("\n@pulumi.input_type", head + 1)
    arguments = source[head : tail if 0 <= tail < start else start] if head >= 0 else ""
    return ResourceShape(
        token,
        {
            wire or python: Input(not hint.startswith("Optional["), _kind(hint))
            for wire, python, hint in _INPUT.findall(arguments)
        },
        {
            wire or python: Output(hint.startswith("Optional["), _kind(hint), bool(_FORCES_NEW.search(text)))
            for wire, python, hint, text in _OUTPUT.findall(source, start)
        },
    )


@cache
def version() -> str:
    """Version of the installed SDK, which is also the provider's."""
    from importlib.metadata import version as installed  # noqa: PLC0415 - 15 ms that a preview need not pay

    return installed("pulumi-aws")


def _place(token: str) -> tuple[Path, str]:
    parts = token.split(":")
    if len(parts) != 3 or parts[0] != "aws" or not parts[2]:  # noqa: PLR2004 - package:module:Name
        raise UnknownTypeError(
            f"{token!r} is no type token of package aws; allowed is aws:<module>/<resource>:<Resource>"
        )
    module, _, _ = parts[1].partition("/")
    folder = {"index": "", "lambda": "lambda_"}.get(module, _snake(module))
    if not folder.replace("_", "").isalnum() and folder:
        raise UnknownTypeError(
            f"{token!r} is no type token of package aws; allowed is aws:<module>/<resource>:<Resource>"
        )
    return root() / folder, parts[2]


def _search(folder: Path, name: str) -> tuple[str, int]:
    # Acronyms (MLTransform, IPSet) are spelt in file names in more than one way.
    wanted = name.lower()
    for path in folder.glob("*.py") if folder.is_dir() else ():
        if path.stem.replace("_", "") == wanted:
            source = path.read_text(encoding="utf-8")
            return source, source.find(f"\nclass {name}(pulumi.CustomResource)")
    return "", -1


def _snake(name: str) -> str:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", spaced).lower()


def _kind(hint: str) -> str:
    inner = hint.removeprefix("Optional[")
    if inner.startswith(("_builtins.", "Union[_builtins.")):
        scalar = inner.removeprefix("Union[").removeprefix("_builtins.")
        return {"str": "string", "bool": "boolean", "int": "number", "float": "number"}[
            scalar.partition(",")[0].rstrip("]")
        ]
    if inner.startswith("Sequence["):
        return "array"
    if "Archive" in inner or "Asset" in inner:
        return "asset"
    quoted = (
        inner.startswith("'")
        and not inner.startswith("'outputs.")
        and not inner.rstrip("]").endswith("Args'")
    )
    return "string" if quoted else "object"
