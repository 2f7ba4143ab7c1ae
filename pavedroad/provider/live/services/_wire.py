"""Blocks of properties as a service's API spells them, and back; declared once for both directions."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias, cast

from pavedroad.provider.live.plain import list_in, map_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.provider.live.plain import Plain, Plains

Entry: TypeAlias = "str | Part | Turned"
Names: TypeAlias = "Mapping[str, Entry]"
Members: TypeAlias = "Mapping[str, object]"


@dataclass(frozen=True)
class Part:
    """A block inside a block.

    Attributes:
        api: Its name in the API; a dot enters a further structure, as in all names of the API.
        inside: What is in it.
        many: Whether it is a list of such blocks.
        bare: Whether it says something even when nothing is in it.
    """

    api: str
    inside: Names
    many: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Turned:
    """A property that the API has in another form.

    Attributes:
        api: Its name in the API.
        sent: From the property to the API.
        told: Back again.
    """

    api: str
    sent: Callable[[Plain], object]
    told: Callable[[object], Plain]


def switch(api: str) -> Turned:
    """A truth that the API calls ENABLED or DISABLED."""
    return Turned(api, lambda value: "ENABLED" if value is True else "DISABLED", lambda v: v == "ENABLED")


def capital(*names: str) -> dict[str, Entry]:
    """Properties that the API spells alike but for a capital."""
    return {name: name[0].upper() + name[1:] for name in names}


def alike(*names: str) -> dict[str, Entry]:
    """Properties that the API spells alike."""
    return {name: name for name in names}


def sent(names: Names, given: Plains) -> dict[str, object]:
    """What is given, as the API takes it; what is not given is not sent."""
    members: dict[str, object] = {}
    for name, entry in names.items():
        value = given.get(name)
        if value is None:
            continue
        if isinstance(entry, str):
            _put(members, entry, value)
        elif isinstance(entry, Turned):
            _put(members, entry.api, entry.sent(value))
        elif entry.many:
            items = [sent(entry.inside, item) for item in list_in(given, name) if isinstance(item, dict)]
            _put(members, entry.api, items)
        else:
            _put(members, entry.api, sent(entry.inside, map_in(given, name)))
    return members


def told(names: Names, members: Members) -> Plains:
    """What the API tells, as properties; what it leaves out, and empty blocks, are left out."""
    found: Plains = {}
    for name, entry in names.items():
        path = entry if isinstance(entry, str) else entry.api
        value = _get(members, path)
        if value is None:
            continue
        if isinstance(entry, str):
            found[name] = plainly(value)
        elif isinstance(entry, Turned):
            found[name] = entry.told(value)
        elif entry.many:
            found[name] = [told(entry.inside, item) for item in _blocks(value)]
        else:
            block = told(entry.inside, cast("Members", value)) if isinstance(value, Mapping) else {}
            if block or entry.bare:
                found[name] = block
    return found


def plainly(value: object) -> Plain:
    """A value of an answer as plain JSON: times as text, bytes in base64."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {str(key): plainly(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [plainly(item) for item in cast("Sequence[object]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return cast("Plain", value)


def instant(moment: datetime) -> str:
    """A time as AWS's providers write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tag_map(tags: Sequence[Mapping[str, object]]) -> Plains:
    """A list of keys and values as a map; some services leave an empty value out."""
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in tags}


def retag(
    now: Mapping[str, object],
    wanted: Mapping[str, str],
    *,
    tag: Callable[[dict[str, str]], object],
    untag: Callable[[list[str]], object],
) -> None:
    """Make the tags of a resource what they shall be, with as few calls as that takes."""
    gone = sorted(set(now) - set(wanted))
    if gone:
        untag(gone)
    new = {key: value for key, value in wanted.items() if now.get(key) != value}
    if new:
        tag(new)


def _put(members: dict[str, object], path: str, value: object) -> None:
    head, _, rest = path.partition(".")
    if not rest:
        members[head] = value
        return
    inner = members.setdefault(head, {})
    _put(cast("dict[str, object]", inner), rest, value)


def _get(members: Members, path: str) -> object:
    head, _, rest = path.partition(".")
    value = members.get(head)
    if not rest:
        return value
    return _get(cast("Members", value), rest) if isinstance(value, Mapping) else None


def _blocks(value: object) -> list[Members]:
    items: Sequence[object] = cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else ()
    return [cast("Members", item) for item in items if isinstance(item, Mapping)]
