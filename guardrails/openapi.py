"""The OpenAPI document of an API: every operation is authorised (A5).

Works on the parsed document; whoever parses it answers for size and syntax. Effective security is the
operation's own list, else the document's. An empty list, and an empty alternative in it, let everybody in; so
does an alternative of plain API keys. A name that the document does not define is taken at its word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from guardrails.verdict import Finding, Verdict, not_applicable, undecided, violation
from guardrails.wording import matches, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

_ANY_METHOD: Final = "x-amazon-apigateway-any-method"
_OPERATIONS: Final = {
    **{method: method.upper() for method in ("get", "put", "post", "delete", "head", "patch", "trace")},
    _ANY_METHOD: "ANY",
}
# API Gateway writes authorisers and IAM into a scheme of type apiKey, marked by one of these extensions.
_AUTHORIZER_MARKS: Final = ("x-amazon-apigateway-authorizer", "x-amazon-apigateway-authtype")


def openapi_authorised(document: Json, public_routes: tuple[str, ...] = ()) -> Verdict:
    """A5 for the parsed OpenAPI body of an API.

    Args:
        document: The document; anything but an object with an object of paths stays undecided.
        public_routes: Globs on `METHOD /path` (ANY for the any-method) or the path alone.
    """
    root = _object(document)
    paths = _object(root.get("paths", {})) if root is not None else None
    if root is None or paths is None:
        return undecided("body")
    schemes = _schemes(root)
    findings: list[Finding] = []
    waiting: list[str] = []
    for path, item in sorted(paths.items()):
        if str(path).startswith("x-"):
            continue
        operations = _object(item)
        if operations is None or "$ref" in operations:
            waiting.append(f"body paths {quote(str(path))}")
            continue
        for route, operation in _operations(str(path), operations):
            if matches(route, public_routes) or matches(str(path), public_routes):
                continue
            fact, code = _defect(operation, root, schemes)
            if fact:
                findings.append(_finding(route, code, fact))
    return violation(*findings, undecided=tuple(waiting))


def no_document() -> Verdict:
    """The API has no OpenAPI body; its methods are judged one by one."""
    return not_applicable("no OpenAPI body")


def _operations(path: str, item: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Route and operation of a path item; OPTIONS and everything that is no operation left out."""
    for key, operation in sorted(item.items()):
        method = _OPERATIONS.get(str(key).lower())
        if method:
            yield f"{method} {path}", operation


def _defect(
    operation: Json, root: Mapping[str, Json], schemes: Mapping[str, Mapping[str, Json]]
) -> tuple[str, str]:
    """What is wrong with an operation's security, and the code; empty texts when nothing is."""
    body = _object(operation)
    own = body is not None and "security" in body
    security = body["security"] if body is not None and own else root.get("security")
    where = "its security" if own else "the document's security"
    if security is None and not own:
        return ("it has no security and the document has none", "open")
    alternatives = (
        security if isinstance(security, Sequence) and not isinstance(security, str) else [security]
    )
    if not security or not alternatives:
        return (f"{where} is empty", "open")
    for alternative in alternatives:
        names = _object(alternative)
        if not names:
            return (f"{where} has an empty alternative", "open")
        if all(_plain_key(schemes.get(str(name))) for name in names):
            return (f"{where} accepts an API key alone", "api-key")
    return ("", "")


def _finding(route: str, code: str, fact: str) -> Finding:
    return Finding(
        key=f"route:{quote(route)}",
        code=code,
        fact=f"operation {quote(route)} of body is open: {fact}",
        requirement="every operation needs a security requirement",
        remedy=f"Add the company authoriser to security of {quote(route)}.",
    )


def _schemes(root: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    """The security schemes, of OpenAPI 3 and of Swagger 2."""
    components = _object(root.get("components")) or {}
    found: dict[str, Mapping[str, Json]] = {}
    for group in (root.get("securityDefinitions"), components.get("securitySchemes")):
        for name, scheme in (_object(group) or {}).items():
            body = _object(scheme)
            if body is not None:
                found[str(name)] = body
    return found


def _plain_key(scheme: Mapping[str, Json] | None) -> bool:
    """Whether a scheme is an API key and no authoriser."""
    if scheme is None or scheme.get("type") != "apiKey":
        return False
    return not any(scheme.get(mark) for mark in _AUTHORIZER_MARKS)


def _object(value: Json) -> Mapping[str, Json] | None:
    return cast("Mapping[str, Json]", value) if isinstance(value, Mapping) else None
