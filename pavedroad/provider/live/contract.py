"""What a service module says about one of its types, and what it is told about one resource.

A module in `services/` has `TYPES: dict[str, LiveType]`, by type token. Its functions call the API with
`call.clients` and let errors of botocore pass: the backend retries what passes by itself and gives the user
AWS's own text. They raise `Refused` for what AWS refuses and the emulator does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from pavedroad.provider.live.plain import Plains, text_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from pavedroad.provider.live.clients import Clients
    from pavedroad.provider.live.plain import Plain
    from pavedroad.provider.predict.subject import Subject


class Refused(Exception):  # noqa: N818 - what AWS says, not a fault of ours
    """AWS would refuse the operation.

    Attributes:
        code: AWS's error code, e.g. `InvalidParameterValueException`.
        message: AWS's text.
    """

    def __init__(self, code: str, message: str) -> None:
        """Say what AWS would say."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation on one resource.

    Attributes:
        subject: The resource, as the rest of the provider knows it.
        clients: The APIs, at the resource's account and region.
        inputs: What the program asks for, names filled in; for a read, what the state has. Tags stand in
            `tags`, with the provider's own.
        before: The outputs in the state; empty for a create and an import.
        predicted: What the outputs were predicted to be: ARN, URL and defaults.
        changed: For an update, the inputs that change.
        tags: All tags that the resource shall have.
        taken: For `find`, ids of the type that are other resources' already.
    """

    subject: Subject
    clients: Clients
    inputs: Plains
    before: Plains = field(default_factory=dict[str, "Plain"])
    predicted: Plains = field(default_factory=dict[str, "Plain"])
    changed: frozenset[str] = frozenset()
    tags: dict[str, str] = field(default_factory=dict[str, str])
    taken: frozenset[str] = frozenset()

    @property
    def account(self) -> str:
        """Account id."""
        return self.subject.account.account

    @property
    def region(self) -> str:
        """Region of the resource."""
        return self.subject.account.region

    @property
    def partition(self) -> str:
        """Partition of the region, e.g. `aws`."""
        return self.subject.account.partition

    def text(self, key: str) -> str:
        """A property that says what the resource is part of: as it is, else as it was asked for."""
        return text_in(self.before, key) or text_in(self.inputs, key) or text_in(self.predicted, key)

    def wants(self, key: str) -> bool:
        """Whether an update has to see to an input."""
        return key in self.changed


Locate: TypeAlias = "Callable[[Call, str], tuple[str, Plains]]"


@dataclass(frozen=True, kw_only=True)
class LiveType:
    """How one type is made, read, changed and deleted.

    Attributes:
        create: Makes the resource and returns its id, in the form that the official provider gives it. What
            it leaves half done when it fails, the next create with the same seed finds by `find`.
        read: What AWS has under an id: every input and output that the service tells, under the provider's
            wire names and in its shapes; None when it does not exist. Values that were not set may be left
            out, None or empty. Defaults stand as AWS answers. `tags` are all tags, the provider's too.
        delete: Removes it; that it is gone already is well.
        update: Changes what `call.changed` names to what `call.inputs` says; an input that is not there any
            more goes back to AWS's default. None: every change of the type replaces.
        find: The id of the resource with the same natural key, or None when there is none. By default the
            predicted id is tried.
        locate: The id, and the inputs that `read` needs, of what an `import` names; by default the id alone.
        write_only: Inputs that no call tells back, or not as they were given; a read keeps the state's.
        secret: Properties that are secret whoever told them, as the official provider marks them.
        tagged: Whether the type has tags.
    """

    create: Callable[[Call], str]
    read: Callable[[Call, str], Plains | None]
    delete: Callable[[Call, str], None]
    update: Callable[[Call, str], None] | None = None
    find: Callable[[Call], str | None] | None = None
    locate: Locate | None = None
    write_only: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    tagged: bool = True
