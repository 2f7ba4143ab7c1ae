"""The services that a Pulumi program talks to: ResourceMonitor and Engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import grpc
from google.protobuf import empty_pb2

from pavedroad.engine import assets, values
from pavedroad.engine.deployment import Lost, Stopped
from pavedroad.engine.events import DiagnosticEvent
from pavedroad.engine.goals import Transforms, Unsupported, read_goal, refuse_unsupported
from pavedroad.engine.protocol import callback_pb2, engine_pb2, provider_pb2, resource_pb2
from pavedroad.engine.provider_client import ProviderFailure
from pavedroad.engine.rpc import RpcFailure
from pavedroad.engine.state import Goal, is_provider
from pavedroad.engine.under_way import UnderWay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    from pavedroad.engine.deployment import Deployment
    from pavedroad.engine.events import EngineEvent
    from pavedroad.engine.plugins import Plugins
    from pavedroad.engine.rpc import Refusal
    from pavedroad.engine.state import State

    _T = TypeVar("_T")

FEATURES: Final = {
    "secrets": resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    "resourceReferences": resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    "outputValues": resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    "aliasSpecs": resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    "deletedWith": resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    "transforms": resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    "invokeTransforms": resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
}
"""What the engine does, under the names that the SDK asks for; it refuses to use anything else."""

_SEVERITIES: Final[dict[int, Literal["debug", "info", "warning", "error"]]] = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}
_OVER: Final = "the run ends early: see the errors before this one"


class Monitor:
    """ResourceMonitor; method names and shapes are those of Pulumi's service."""

    def __init__(
        self,
        deployment: Deployment,
        plugins: Plugins,
        on_signal: Callable[[], None],
        *,
        dry_run: bool,
        parallel: int,
    ) -> None:
        """Serve a deployment; `on_signal` is called when the program has registered everything."""
        self._deployment = deployment
        self._plugins = plugins
        self._on_signal = on_signal
        self._dry_run = dry_run
        self._parallel = parallel
        self.transforms = Transforms()
        self.under_way = UnderWay()

    async def GetDeploymentInfo(  # noqa: N802 - the service's own name
        self, _request: empty_pb2.Empty, _context: Refusal
    ) -> resource_pb2.DeploymentInfo:
        """What the program may know of the run."""
        return resource_pb2.DeploymentInfo(
            project=self._plugins.project.name,
            stack=self._plugins.request.stack,
            config=self._plugins.config.texts(),
            configSecretKeys=self._plugins.config.secret_keys(),
            dryRun=self._dry_run,
            parallel=self._parallel,
            supportedFeatures=list(FEATURES.values()),
        )

    async def SupportsFeature(  # noqa: N802
        self, request: resource_pb2.SupportsFeatureRequest, _context: Refusal
    ) -> resource_pb2.SupportsFeatureResponse:
        """Whether the engine does what the name says."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in FEATURES)

    async def RegisterResource(  # noqa: N802
        self, request: resource_pb2.RegisterResourceRequest, context: Refusal
    ) -> resource_pb2.RegisterResourceResponse:
        """Bring a resource about."""
        try:
            state = await _answered(self.under_way.result(self._register(request)), context)
        except Lost as lost:
            return resource_pb2.RegisterResourceResponse(urn=str(lost), result=resource_pb2.FAIL)
        known_id = "" if values.is_unknown(state.id) else state.id
        outputs = state.outputs if request.acceptSecrets else values.reveal_props(state.outputs)
        return resource_pb2.RegisterResourceResponse(
            urn=state.urn, id=known_id, object=values.to_struct(outputs)
        )

    async def _register(self, request: resource_pb2.RegisterResourceRequest) -> State:
        refuse_unsupported(request)
        await self.transforms.apply(request)
        goal = read_goal(request, self._plugins.project.root)
        package = request.type.split(":", 1)[0]
        if package == "pulumi" and request.custom and not is_provider(request.type):
            raise Unsupported(f"{request.type} '{request.name}' is not supported by this engine.")
        if request.custom and not is_provider(request.type):
            goal.provider = await self._deployment.provider_for(
                package, request.version, request.provider, request.parent
            )
        if is_provider(request.type) and request.version:
            goal.inputs = {**goal.inputs, "version": request.version}
        state = await self._deployment.register(goal)
        self.transforms.remember(state.urn, request)
        if not request.custom:
            self._deployment.remember_providers(state.urn, request.parent, dict(request.providers))
        return state

    async def RegisterResourceOutputs(  # noqa: N802
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: Refusal
    ) -> empty_pb2.Empty:
        """Take note of a component's outputs."""
        outputs = values.plain_outputs(values.from_struct(request.outputs))
        try:
            self._deployment.set_outputs(request.urn, outputs)
        except KeyError:
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"outputs of {request.urn}: it was never registered"
            )
        return empty_pb2.Empty()

    async def ReadResource(  # noqa: N802
        self, request: resource_pb2.ReadResourceRequest, context: Refusal
    ) -> resource_pb2.ReadResourceResponse:
        """Read a resource that lives outside the stack."""
        try:
            state = await _answered(self.under_way.result(self._read(request)), context)
        except Lost as lost:
            return resource_pb2.ReadResourceResponse(urn=str(lost), result=resource_pb2.FAIL)
        return resource_pb2.ReadResourceResponse(
            urn=state.urn,
            id="" if values.is_unknown(state.id) else state.id,
            properties=values.to_struct(state.outputs),
        )

    async def _read(self, request: resource_pb2.ReadResourceRequest) -> State:
        if request.packageRef:
            raise Unsupported(f"{request.type} '{request.name}': parameterized packages are not supported.")
        package = request.type.split(":", 1)[0]
        if package == "pulumi":
            raise Unsupported(f"{request.type} '{request.name}' is not supported by this engine.")
        goal = Goal(
            type=request.type,
            name=request.name,
            custom=True,
            inputs=values.plain_outputs(values.from_struct(request.properties)),
            parent=request.parent,
            dependencies=tuple(sorted(set(request.dependencies))),
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
        )
        goal.provider = await self._deployment.provider_for(
            package, request.version, request.provider, request.parent
        )
        return await self._deployment.read(goal, request.id)

    async def Invoke(  # noqa: N802
        self, request: resource_pb2.ResourceInvokeRequest, context: Refusal
    ) -> resource_pb2.ResourceInvokeResponse:
        """Call a data source."""
        try:
            return await _answered(self.under_way.result(self._invoke(request)), context)
        except Lost:
            return resource_pb2.ResourceInvokeResponse(unknown=True)

    async def _invoke(
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        package = request.tok.split(":", 1)[0]
        if package == "pulumi" or request.packageRef:
            raise Unsupported(f"the function {request.tok} is not supported by this engine.")
        await self.transforms.apply_invoke(request)
        reference = await self._deployment.provider_for(package, request.version, request.provider, "")
        instance = self._deployment.instance(reference)
        if instance is None:
            raise Unsupported(f"the function {request.tok}: unknown provider {reference}")
        response = resource_pb2.ResourceInvokeResponse()
        if not instance.configured:
            response.unknown = True
            return response
        arguments = values.plain_outputs(values.from_struct(request.args))
        result, failures = await instance.client.invoke(request.tok, arguments, preview=self._dry_run)
        # `return` is a keyword, so the generated field has to be asked for by name.
        getattr(response, "return").CopyFrom(values.to_struct(result))
        response.failures.extend(
            provider_pb2.CheckFailure(property=failure.property, reason=failure.reason)
            for failure in failures
        )
        return response

    async def Call(  # noqa: N802
        self, request: resource_pb2.ResourceCallRequest, context: Refusal
    ) -> provider_pb2.CallResponse:
        """Refused: methods of remote components."""
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED, f"the method {request.tok} (Call) is not supported by this engine."
        )
        return provider_pb2.CallResponse()

    async def RegisterStackTransform(  # noqa: N802
        self, request: callback_pb2.Callback, _context: Refusal
    ) -> empty_pb2.Empty:
        """Register a transform of every resource."""
        self.transforms.add_stack(request)
        return empty_pb2.Empty()

    async def RegisterStackInvokeTransform(  # noqa: N802
        self, request: callback_pb2.Callback, _context: Refusal
    ) -> empty_pb2.Empty:
        """Register a transform of every data source call."""
        self.transforms.add_invoke(request)
        return empty_pb2.Empty()

    async def SignalAndWaitForShutdown(  # noqa: N802
        self, _request: empty_pb2.Empty, _context: Refusal
    ) -> empty_pb2.Empty:
        """The program has registered everything; without hooks it has nothing to wait for."""
        self._on_signal()
        return empty_pb2.Empty()

    async def _unsupported(self, _request: object, context: Refusal) -> None:
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "hooks, parameterized packages and Exists are not supported by this engine.",
        )

    RegisterResourceHook = RegisterErrorHook = RegisterPackage = ExistsResource = _unsupported


class EngineService:
    """Engine: messages of the program and the plugins, and the root resource."""

    def __init__(self, deployment: Deployment, emit: Callable[[EngineEvent], None]) -> None:
        """Serve a deployment."""
        self._deployment = deployment
        self._emit = emit
        self._root = ""

    async def Log(  # noqa: N802
        self, request: engine_pb2.LogRequest, _context: Refusal
    ) -> empty_pb2.Empty:
        """Show a message; after a failure the program only complains that the run is over."""
        if request.severity != engine_pb2.DEBUG and not self._deployment.stopping.is_set():
            self._emit(
                DiagnosticEvent(
                    severity=_SEVERITIES[request.severity],
                    message=request.message,
                    urn=request.urn,
                    stream_id=request.streamId,
                    ephemeral=request.ephemeral,
                )
            )
        return empty_pb2.Empty()

    async def GetRootResource(  # noqa: N802
        self, _request: engine_pb2.GetRootResourceRequest, _context: Refusal
    ) -> engine_pb2.GetRootResourceResponse:
        """The URN of the stack."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    async def SetRootResource(  # noqa: N802
        self, request: engine_pb2.SetRootResourceRequest, _context: Refusal
    ) -> engine_pb2.SetRootResourceResponse:
        """Take note of the URN of the stack."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    async def _unsupported(self, _request: object, context: Refusal) -> None:
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "debugging and require_pulumi_version are not supported by this engine.",
        )

    StartDebugging = RequirePulumiVersion = _unsupported


async def _answered(work: Awaitable[_T], context: Refusal) -> _T:
    """The result of a call, or the error that the program gets in its place."""
    try:
        return await work
    except Stopped:
        await context.abort(grpc.StatusCode.UNAVAILABLE, _OVER)
    except (Unsupported, assets.AssetError) as error:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
    except ProviderFailure as failure:
        await context.abort(grpc.StatusCode.UNKNOWN, str(failure))
    except RpcFailure as failure:
        await context.abort(grpc.StatusCode.UNKNOWN, failure.message)
    raise AssertionError("abort ends the call")
