"""Provider resources: which plugin instance manages what.

As in Pulumi, every provider resource has a plugin process of its own, configured once. A provider whose
configuration is not known yet (only in a preview) is asked nothing: inputs pass through, outputs stay empty.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pavedroad.engine import values
from pavedroad.engine.diffs import compare
from pavedroad.engine.provider_client import ProviderClient, ProviderFailure, Subject
from pavedroad.engine.state import PROVIDER_PREFIX, is_provider, provider_urn, urn_name, urn_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pavedroad.engine.plugins import Plugins
    from pavedroad.engine.project import StackConfig
    from pavedroad.engine.provider_client import Diff, Failure
    from pavedroad.engine.state import State
    from pavedroad.engine.values import Props

INTERNAL_KEY: Final = "__internal"
"""Where the engine keeps its own part of a provider's inputs; the plugin never sees it."""


@dataclass(kw_only=True)
class Instance:
    """A provider plugin that serves one provider resource."""

    client: ProviderClient
    inputs: Props
    id: str = ""
    configured: bool = False


class Providers:
    """All provider instances of a run: by URN of their resource, and the replaced ones by reference."""

    def __init__(self, plugins: Plugins, config: StackConfig, *, dry_run: bool) -> None:
        """Prepare; nothing is started yet."""
        self._plugins = plugins
        self._config = config
        self._dry_run = dry_run
        self._instances: dict[str, Instance] = {}
        self._former: dict[str, Instance] = {}
        self._known: dict[str, State] = {}
        self._renamed: dict[str, str] = {}
        self._pending: dict[str, Instance] = {}
        self._early: dict[str, asyncio.Task[ProviderClient]] = {}
        self._clients: list[ProviderClient] = []
        self._loading: dict[str, asyncio.Lock] = {}

    def know(self, states: Iterable[State]) -> None:
        """Take note of the providers that the stack holds: what they made is reached through them."""
        self._known = {state.reference: state for state in states if is_provider(state.type)}

    def start_early(self, package: str) -> None:
        """Start a package's plugin before anybody asks: it comes up while the program does."""
        self._early[package] = asyncio.create_task(self._start(package))

    async def _start(self, package: str) -> ProviderClient:
        child = await self._plugins.provider(package)
        client = ProviderClient(package, child, await child.address())
        self._clients.append(client)
        await client.greet(self._plugins.engine_address, str(self._plugins.project.root))
        return client

    async def _client(self, package: str) -> ProviderClient:
        early = self._early.pop(package, None)
        return await (early if early is not None else self._start(package))

    async def close(self, *, cancelled: bool) -> None:
        """Close all connections; a cancelled run first asks the providers to stop."""
        for task in self._early.values():
            task.cancel()
        await asyncio.gather(*self._early.values(), return_exceptions=True)
        if cancelled:
            await asyncio.gather(*(client.cancel() for client in self._clients))
        await asyncio.gather(*(client.close() for client in self._clients))

    def get(self, reference: str) -> Instance | None:
        """The instance that a provider reference names."""
        return self._instances.get(self._urn(reference))

    def alias(self, urn: str, old_urn: str) -> None:
        """Let references to a renamed provider find the new one."""
        self._renamed[old_urn] = urn

    def _urn(self, reference: str) -> str:
        urn = provider_urn(reference)
        return self._renamed.get(urn, urn)

    def default_inputs(self, package: str, version: str) -> Props:
        """What a default provider is configured with: the package's configuration of the stack."""
        inputs: Props = {}
        for key, value in self._config.package(package).items():
            inputs[key] = values.secret(value.text) if value.secret else value.text
        if version:
            inputs["version"] = version
        return inputs

    async def check(self, urn: str, olds: Props | None, news: Props) -> tuple[Props, list[Failure]]:
        """Check a provider resource's inputs, on the plugin instance that will serve it."""
        instance = self._pending.get(urn)
        if instance is None:
            instance = self._pending[urn] = await self._new(urn, news)
        old, new = _told(olds or {}), _told(news)
        if values.has_unknowns(new):
            checked, failures = new, []
        else:
            checked, failures = await instance.client.check_config(_subject(urn), old, new)
        instance.inputs = {INTERNAL_KEY: {}, **checked}
        return instance.inputs, failures

    async def diff(self, urn: str, old: State, news: Props) -> Diff:
        """Compare a provider resource with its old state."""
        instance = self._pending.get(urn) or self._instances.get(urn)
        if instance is None or values.has_unknowns(news):
            return compare(old.inputs, news)
        answer = await instance.client.diff_config(
            _subject(urn), (_told(old.inputs), old.outputs), _told(news)
        )
        return compare(old.inputs, news) if answer.changes == "unknown" else answer

    async def moves(self, old: str, new: str) -> bool:
        """Whether a resource has to be made anew because another provider manages it: elsewhere, that is.

        As in Pulumi the new provider says so: it compares its configuration with the old provider's.

        Args:
            old: Reference to the provider that made the resource; empty for a component.
            new: Reference to the provider that is to manage it.
        """
        if old == new or self._renamed.get(provider_urn(old)) == provider_urn(new):
            return False
        if not old or not new:
            return True  # a component became a resource, or a resource a component
        before, instance = self._known.get(old), self.get(new)
        if before is None or instance is None:
            raise _unknown(new if instance is None else old)
        return (await self.diff(provider_urn(new), before, instance.inputs)).replace

    async def configure(self, urn: str, id_: str, inputs: Props) -> str:
        """Make the instance of a provider resource ready; its id, new when none is given."""
        instance = self._pending.pop(urn, None) or await self._new(urn, inputs)
        # A preview makes nothing, so a new provider has no id yet; references to it are found by URN.
        id_ = id_ or (values.UNKNOWN if self._dry_run else str(uuid.uuid4()))
        await self._set_up(instance, urn, id_, inputs)
        former = self._instances.get(urn)
        self._instances[urn] = instance
        if former is not None and former.id != id_:
            self._former[f"{urn}::{former.id}"] = former
        return id_

    async def _new(self, urn: str, inputs: Props) -> Instance:
        return Instance(client=await self._client(urn_type(urn).removeprefix(PROVIDER_PREFIX)), inputs=inputs)

    async def _set_up(self, instance: Instance, urn: str, id_: str, inputs: Props) -> None:
        instance.inputs, instance.id = inputs, id_
        if not values.has_unknowns(_told(inputs)):
            await instance.client.configure(_subject(urn), _told(inputs), id_)
            instance.configured = True

    async def ensure(self, reference: str) -> Instance:
        """The instance of a reference; one that the program did not register comes from its old state.

        So does one that was replaced: what it made is in its region, not in its successor's.

        Raises:
            ProviderFailure: Neither the program nor the state knows the provider.
        """
        urn = self._urn(reference)
        async with self._loading.setdefault(urn, asyncio.Lock()):
            current = self._instances.get(urn)
            if current is not None and reference.endswith(f"::{current.id}"):
                return current
            if reference in self._former:
                return self._former[reference]
            state = self._known.get(reference)
            if state is None:
                raise _unknown(reference)
            instance = await self._new(urn, state.inputs)
            await self._set_up(instance, urn, state.id, state.inputs)
            if current is None:
                self._instances[urn] = instance
            else:
                self._former[reference] = instance
            return instance


def _unknown(reference: str) -> ProviderFailure:
    return ProviderFailure(f"provider {reference} is neither registered nor in the state")


def default_name(version: str) -> str:
    """The name of a package's default provider for one version of the plugin."""
    return f"default_{re.sub('[^0-9A-Za-z]', '_', version)}" if version else "default"


def _told(inputs: Props) -> Props:
    return {key: value for key, value in inputs.items() if key != INTERNAL_KEY}


def _subject(urn: str) -> Subject:
    return Subject(urn=urn, type=urn_type(urn), name=urn_name(urn))
