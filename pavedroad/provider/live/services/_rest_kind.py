"""API Gateway, REST: what all parts of an API have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType
from pavedroad.provider.live.services._operations import perform
from pavedroad.provider.live.services._patches import patches
from pavedroad.provider.live.services._wire import sent, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plains
    from pavedroad.provider.live.services._wire import Members, Names

# Properties that say where something is, and the API's members for them.
_MEMBERS: Final = {"restApi": "restApiId"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of part.

    Attributes:
        noun: Its name in operations, such as `method`.
        verb: How it is made: `create` or `put`.
        place: Properties that say where it is, in the order of its id.
        prefix: What its id starts with; empty when API Gateway draws the id.
        key: For a drawn id, the member that takes it.
        names: Its properties; those of its place not among them.
        defaults: What takes an input away again.
        natural: For a drawn id, members that tell one from another.
        also: What is said at the creation even when the program does not.
        made: Names that differ when it is made.
        later: Members that API Gateway takes in a patch alone, not when it is made.
        computed: Computed properties.
        write_only: Inputs that the emulator does not keep.
        secret: Properties that are secret.
    """

    noun: str
    verb: str = "create"
    place: tuple[str, ...] = ("restApi",)
    prefix: str = ""
    key: str = ""
    names: Names
    defaults: Mapping[str, object]
    natural: tuple[str, ...] = ()
    also: Mapping[str, object] | None = None
    made: Mapping[str, str] | None = None
    later: frozenset[str] = frozenset()
    computed: Callable[[Call, Members], Plains] = lambda _call, _found: {}
    write_only: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()

    def live(self) -> LiveType:
        """How the type is worked on."""
        return LiveType(
            create=self.create,
            read=self.read,
            update=self.update,
            delete=self.delete,
            find=None if self.prefix else self.find,
            locate=self.locate,
            write_only=self.write_only,
            secret=self.secret,
            tagged=False,
        )

    def where(self, call: Call) -> dict[str, object]:
        """The members that say where it is."""
        return {_MEMBERS.get(name, name): call.text(name) for name in self.place}

    def at(self, call: Call, identity: str) -> dict[str, object]:
        """The members that say which one it is."""
        return self.where(call) if self.prefix else {**self.where(call), self.key: identity}

    def create(self, call: Call) -> str:
        """Make it; its id."""
        wanted = {**(self.also or {}), **sent(self.names, call.inputs)}
        members = {name: value for name, value in wanted.items() if name not in self.later}
        for told_as, made_as in (self.made or {}).items():
            if told_as in members:
                members[made_as] = members.pop(told_as)
        operation = f"{self.verb}_{self.noun}"
        found = perform(call.clients.apigateway, operation, **{**self.where(call), **members})
        place = (call.text(name) for name in self.place)
        identity = "-".join((self.prefix, *place)) if self.prefix else str(found["id"])
        self._patch(call, identity, found, {name: wanted[name] for name in self.later & set(wanted)})
        return identity

    def look(self, call: Call, identity: str) -> Members:
        """What API Gateway has."""
        return perform(call.clients.apigateway, f"get_{self.noun}", **self.at(call, identity))

    def read(self, call: Call, identity: str) -> Plains:
        """Its properties."""
        found = self.look(call, identity)
        place: Plains = {name: call.text(name) for name in self.place}
        return {**told(self.names, found), **self.computed(call, found), **place}

    def update(self, call: Call, identity: str) -> None:
        """Let it be what is asked for."""
        wanted = {**self.defaults, **sent(self.names, call.inputs)}
        self._patch(call, identity, self.look(call, identity), wanted)

    def _patch(self, call: Call, identity: str, now: Members, wanted: Members) -> None:
        operations = patches(now, wanted)
        if operations:
            perform(
                call.clients.apigateway,
                f"update_{self.noun}",
                **self.at(call, identity),
                patchOperations=operations,
            )

    def delete(self, call: Call, identity: str) -> None:
        """Remove it."""
        perform(call.clients.apigateway, f"delete_{self.noun}", **self.at(call, identity))

    def find(self, call: Call) -> str | None:
        """The id of what has the same natural key."""
        wanted = {**self.defaults, **sent(self.names, call.inputs)}
        for item in items(call.clients.apigateway, f"get_{self.noun}s", **self.where(call)):
            same = all((item.get(name) or "") == (wanted.get(name) or "") for name in self.natural)
            if same and item["id"] not in call.taken:
                return str(item["id"])
        return None

    def locate(self, _call: Call, identity: str) -> tuple[str, Plains]:
        """The id and the place of `<API>/<...>`, as the official provider imports."""
        parts = identity.split("/", len(self.place) - (1 if self.prefix else 0))
        if self.prefix:
            return "-".join((self.prefix, *parts)), dict(zip(self.place, parts, strict=True))
        return parts[-1], dict(zip(self.place, parts[:-1], strict=True))


def items(client: object, operation: str, /, **members: object) -> Iterator[Members]:
    """The items of all pages of a list."""
    position: object = None
    while True:
        more = {} if position is None else {"position": position}
        page = perform(client, operation, **members, **more)
        yield from cast("list[Members]", page.get("items") or [])
        position = page.get("position")
        if not position:
            return
