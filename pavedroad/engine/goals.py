"""Registrations as the SDK sends them: read into goals, after the program's transforms changed them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from pavedroad.engine import assets, values
from pavedroad.engine.protocol import alias_pb2, callback_pb2, resource_pb2
from pavedroad.engine.rpc import Channel
from pavedroad.engine.state import Alias, Goal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from google.protobuf.message import Message


_M = TypeVar("_M")

_DURATION_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_DURATION: Final = re.compile(r"([0-9.]+)(ns|us|µs|ms|s|m|h)")


class Unsupported(Exception):  # noqa: N818 - a refusal that names what is not supported
    """The registration asks for something that this engine does not have."""


def refuse_unsupported(request: resource_pb2.RegisterResourceRequest) -> None:
    """Refuse by name what the engine does not support.

    Raises:
        Unsupported: The registration asks for it.
    """
    asked = {
        "remote components (Construct)": request.remote,
        "resource hooks": request.HasField("hooks") and bool(request.hooks.ListFields()),
        "state migrations": bool(_messages(request, "state_migrations", callback_pb2.Callback)),
        "replace_with": bool(request.replace_with),
        "replacement_trigger": request.HasField("replacement_trigger"),
        "parameterized packages": bool(request.packageRef),
        "environment variable mappings": bool(request.envVarMappings),
    }
    for what, is_asked in asked.items():
        if is_asked:
            raise Unsupported(
                f"{request.type} '{request.name}': {what} are not supported by this engine. "
                "Leave them out, or use the Pulumi CLI."
            )


def read_goal(request: resource_pb2.RegisterResourceRequest, root: Path) -> Goal:
    """The goal that a registration describes; assets get their hashes.

    Args:
        request: The registration.
        root: The folder that relative paths of assets start from.

    Raises:
        AssetError: An asset cannot be read.
    """
    inputs = values.plain_outputs(values.from_struct(request.object))
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=assets.with_hashes(inputs, root),
        parent=request.parent,
        provider=request.provider,
        dependencies=tuple(sorted(set(request.dependencies))),
        property_dependencies={
            key: sorted(set(entry.urns)) for key, entry in sorted(request.propertyDependencies.items())
        },
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        deleted_with=request.deletedWith,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        hide_diffs=tuple(request.hideDiffs),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=(
            *(Alias(urn=urn) for urn in request.aliasURNs),
            *map(_alias, _messages(request, "aliases", alias_pb2.Alias)),
        ),
        import_id=request.importId,
        custom_timeouts=_timeouts(request.customTimeouts),
    )


def _messages(holder: Message, field: str, kind: type[_M]) -> list[_M]:
    """The messages of a repeated field, whose generated type does not say what it holds."""
    return [message for message in getattr(holder, field) if isinstance(message, kind)]


def _alias(alias: alias_pb2.Alias) -> Alias:
    if alias.WhichOneof("alias") == "urn":
        return Alias(urn=alias.urn)
    spec = alias.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )


def _timeouts(given: resource_pb2.RegisterResourceRequest.CustomTimeouts) -> dict[str, float]:
    texts = {"create": given.create, "update": given.update, "delete": given.delete}
    return {name: _seconds(text) for name, text in texts.items() if text}


def _seconds(text: str) -> float:
    """The seconds in a Go duration (`1h30m`)."""
    return sum(float(amount) * _DURATION_UNITS[unit] for amount, unit in _DURATION.findall(text))


class Transforms:
    """The program's transforms, called back over the SDK's own callback server."""

    def __init__(self) -> None:
        """Start with none."""
        self._stack: list[callback_pb2.Callback] = []
        self._invokes: list[callback_pb2.Callback] = []
        self._own: dict[str, list[callback_pb2.Callback]] = {}
        self._parents: dict[str, str] = {}
        self._channels: dict[str, Channel] = {}

    def add_stack(self, callback: callback_pb2.Callback) -> None:
        """Register a transform of every resource."""
        self._stack.append(callback)

    def add_invoke(self, callback: callback_pb2.Callback) -> None:
        """Register a transform of every data source call."""
        self._invokes.append(callback)

    def remember(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        """Keep a resource's own transforms: they hold for its children too."""
        self._parents[urn] = request.parent
        if request.transforms:
            self._own[urn] = _messages(request, "transforms", callback_pb2.Callback)

    async def apply(self, request: resource_pb2.RegisterResourceRequest) -> None:
        """Change a registration: its own transforms first, then its parents', then the stack's."""
        own = _messages(request, "transforms", callback_pb2.Callback)
        callbacks = [*own, *self._inherited(request.parent), *self._stack]
        for callback in callbacks:
            await self._transform(callback, request)
        if callbacks:
            _match_dependencies(request)

    def _inherited(self, urn: str) -> Iterable[callback_pb2.Callback]:
        while urn:
            yield from self._own.get(urn, ())
            urn = self._parents.get(urn, "")

    async def _transform(
        self, callback: callback_pb2.Callback, request: resource_pb2.RegisterResourceRequest
    ) -> None:
        asked = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=request.object,
            options=_options(request),
        )
        reply = resource_pb2.TransformResponse.FromString(await self._call(callback, asked))
        if reply.HasField("properties"):
            request.object.CopyFrom(reply.properties)
        if reply.HasField("options"):
            _set_options(request, reply.options)

    async def apply_invoke(self, request: resource_pb2.ResourceInvokeRequest) -> None:
        """Change a data source call by the stack's invoke transforms."""
        for callback in self._invokes:
            asked = resource_pb2.TransformInvokeRequest(
                token=request.tok,
                args=request.args,
                options=resource_pb2.TransformInvokeOptions(
                    provider=request.provider, version=request.version
                ),
            )
            reply = resource_pb2.TransformInvokeResponse.FromString(await self._call(callback, asked))
            if reply.HasField("args"):
                request.args.CopyFrom(reply.args)
            if reply.HasField("options"):
                request.provider = reply.options.provider or request.provider
                request.version = reply.options.version or request.version

    async def _call(
        self,
        callback: callback_pb2.Callback,
        asked: resource_pb2.TransformRequest | resource_pb2.TransformInvokeRequest,
    ) -> bytes:
        channel = self._channels.get(callback.target)
        if channel is None:
            channel = self._channels[callback.target] = Channel(callback.target)
        invoke = channel.method("/pulumirpc.Callbacks/Invoke", callback_pb2.CallbackInvokeResponse)
        reply = await invoke(
            callback_pb2.CallbackInvokeRequest(token=callback.token, request=asked.SerializeToString())
        )
        return reply.response

    async def close(self) -> None:
        """Close all connections."""
        for channel in self._channels.values():
            await channel.close()


def _match_dependencies(request: resource_pb2.RegisterResourceRequest) -> None:
    """Let the property dependencies name the properties that there are after the transforms."""
    known = set(request.object.fields)
    for gone in set(request.propertyDependencies) - known:
        del request.propertyDependencies[gone]
    for key in known:
        request.propertyDependencies[key].SetInParent()


def _options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions(
        depends_on=request.dependencies,
        ignore_changes=request.ignoreChanges,
        replace_on_changes=request.replaceOnChanges,
        version=request.version,
        aliases=request.aliases,
        provider=request.provider,
        plugin_download_url=request.pluginDownloadURL,
        deleted_with=request.deletedWith,
        additional_secret_outputs=request.additionalSecretOutputs,
        providers=request.providers,
        hide_diff=request.hideDiffs,
    )
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    setattr(options, "import", request.importId)
    return options


def _set_options(
    request: resource_pb2.RegisterResourceRequest, options: resource_pb2.TransformResourceOptions
) -> None:
    request.dependencies[:] = options.depends_on
    request.ignoreChanges[:] = options.ignore_changes
    request.replaceOnChanges[:] = options.replace_on_changes
    request.additionalSecretOutputs[:] = options.additional_secret_outputs
    request.hideDiffs[:] = options.hide_diff
    request.version = options.version
    request.provider = options.provider
    request.deletedWith = options.deleted_with
    del request.aliases[:]
    request.aliases.extend(options.aliases)
    request.providers.clear()
    request.providers.update(options.providers)
    if options.HasField("custom_timeouts"):
        request.customTimeouts.CopyFrom(options.custom_timeouts)
    if options.HasField("protect"):
        request.protect = options.protect
    if options.HasField("retain_on_delete"):
        request.retainOnDelete = options.retain_on_delete
    if options.HasField("delete_before_replace"):
        request.deleteBeforeReplace = options.delete_before_replace
        request.deleteBeforeReplaceDefined = True
    request.importId = getattr(options, "import")
