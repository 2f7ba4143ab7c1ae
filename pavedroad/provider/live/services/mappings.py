"""Event source mappings: queues and streams that invoke functions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from pavedroad.provider.live.contract import LiveType, Refused
from pavedroad.provider.live.plain import Whole, map_in, text_in, texts_in
from pavedroad.provider.live.services._event_sources import is_stream, refuse_source, service_of
from pavedroad.provider.live.services._functions import in_own_words, is_gone, meant, permitted, until
from pavedroad.provider.live.services._wire import Names, Part, Turned, capital, plainly, retag, sent, told

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import (
        CreateEventSourceMappingRequestTypeDef,
        EventSourceMappingConfigurationTypeDef,
        ListEventSourceMappingsRequestPaginateTypeDef,
        UpdateEventSourceMappingRequestTypeDef,
    )

    from pavedroad.provider.live.contract import Call
    from pavedroad.provider.live.plain import Plain, Plains


def _first(value: object) -> Plain:
    several = plainly(value)
    return several[0] if isinstance(several, list) and several else None


_REGISTRY: Final = Part(
    "SchemaRegistryConfig",
    {
        **capital("eventRecordFormat"),
        "schemaRegistryUri": "SchemaRegistryURI",
        "accessConfigs": Part("AccessConfigs", {"type": "Type", "uri": "URI"}, many=True),
        "schemaValidationConfigs": Part("SchemaValidationConfigs", capital("attribute"), many=True),
    },
)
_KAFKA: Final[Names] = {**capital("consumerGroupId"), "schemaRegistryConfig": _REGISTRY}

_STREAMS: Final[Names] = capital(
    "bisectBatchOnFunctionError",
    "maximumRecordAgeInSeconds",
    "maximumRetryAttempts",
    "parallelizationFactor",
    "tumblingWindowInSeconds",
)
"""What only streams have."""

_SETTINGS: Final[Names] = {
    **_STREAMS,
    **capital("batchSize", "enabled", "functionResponseTypes", "maximumBatchingWindowInSeconds"),
    "kmsKeyArn": "KMSKeyArn",
    "destinationConfig": Part(
        "DestinationConfig", {"onFailure": Part("OnFailure", {"destinationArn": "Destination"})}
    ),
    "filterCriteria": Part("FilterCriteria", {"filters": Part("Filters", capital("pattern"), many=True)}),
    "metricsConfig": Part("MetricsConfig", capital("metrics")),
    "provisionedPollerConfig": Part(
        "ProvisionedPollerConfig", capital("maximumPollers", "minimumPollers", "pollerGroupName")
    ),
    "scalingConfig": Part("ScalingConfig", capital("maximumConcurrency")),
    "sourceAccessConfigurations": Part(
        "SourceAccessConfigurations", {"type": "Type", "uri": "URI"}, many=True
    ),
    "documentDbEventSourceConfig": Part(
        "DocumentDBEventSourceConfig", capital("collectionName", "databaseName", "fullDocument")
    ),
}
"""What UpdateEventSourceMapping changes."""

_ENDPOINTS: Final = Turned(
    "Endpoints",
    lambda value: {key: str(item).split(",") for key, item in map_in({"all": value}, "all").items()},
    lambda value: Whole(
        {
            key: ",".join(texts_in({"all": item}, "all"))
            for key, item in map_in({"all": plainly(value)}, "all").items()
        }
    ),
)
_SOURCE: Final[Names] = {
    **capital("eventSourceArn", "startingPosition", "topics"),
    "amazonManagedKafkaEventSourceConfig": Part("AmazonManagedKafkaEventSourceConfig", _KAFKA),
    "queues": Turned("Queues", lambda name: [name], _first),
    "selfManagedEventSource": Part("SelfManagedEventSource", {"endpoints": _ENDPOINTS}),
    "selfManagedKafkaEventSourceConfig": Part("SelfManagedKafkaEventSourceConfig", _KAFKA),
    "startingPositionTimestamp": Turned(
        "StartingPositionTimestamp", lambda value: datetime.fromisoformat(str(value)), plainly
    ),
}

_CLEARED: Final[dict[str, object]] = {
    "bisectBatchOnFunctionError": False,
    "destinationConfig": {"OnFailure": {}},
    "enabled": True,
    "filterCriteria": {},
    "functionResponseTypes": [],
    "kmsKeyArn": "",
    "maximumBatchingWindowInSeconds": 0,
    "maximumRecordAgeInSeconds": -1,
    "maximumRetryAttempts": -1,
    "metricsConfig": {"Metrics": []},
    "parallelizationFactor": 1,
    "provisionedPollerConfig": {},
    "scalingConfig": {},
    "tumblingWindowInSeconds": 0,
}
"""What an input that is taken away goes back to, in the API's words."""

_STORED: Final = frozenset({"destinationConfig", "filterCriteria", "functionResponseTypes", "scalingConfig"})
"""Settings that the emulator keeps, so that one which is not told is not set."""

_UNTOLD: Final[Plains] = {
    "bisectBatchOnFunctionError": False,
    "maximumRecordAgeInSeconds": -1,
    "maximumRetryAttempts": -1,
    "parallelizationFactor": 1,
}
"""What AWS tells of a stream's mapping if nobody set it, and the emulator does not."""

_OFF: Final = ("bisectBatchOnFunctionError", "maximumBatchingWindowInSeconds", "tumblingWindowInSeconds")
"""Settings that are false or zero when nobody asks."""

_ON: Final = frozenset({"Enabled", "Enabling"})
_SETTLED: Final = frozenset({"Enabled", "Disabled"})
_QUEUE_BATCH: Final = 10
_BATCH: Final = 100
_KINDS: Final = {"dynamodb": "DynamoDB", "kinesis": "Kinesis", "sqs": "SQS"}
_DUPLICATE: Final = (
    'An event source mapping with {} arn (" {} ") and function (" {} ") already exists. '
    "Please update or delete the existing mapping with UUID {}"
)


def _function_arn(call: Call) -> str:
    return meant(call, text_in(call.inputs, "functionName")).arn(call.subject.account)


def _create(call: Call) -> str:
    function = meant(call, text_in(call.inputs, "functionName"))
    source = text_in(call.inputs, "eventSourceArn")
    refuse_source(call, source, function)
    there = _find(call)
    if there is not None:
        kind = _KINDS.get(service_of(source), "source")
        raise Refused("ResourceConflictException", _DUPLICATE.format(kind, source, function.name, there))
    wanted: dict[str, object] = {
        "BatchSize": _default_batch(source),
        **sent({**_SETTINGS, **_SOURCE}, call.inputs),
        "FunctionName": _function_arn(call),
    }
    if call.tags:
        wanted["Tags"] = call.tags
    request = cast("CreateEventSourceMappingRequestTypeDef", wanted)
    uuid = permitted(lambda: call.clients.lambda_.create_event_source_mapping(**request)["UUID"])
    _await_settled(call, uuid)
    return uuid


def _default_batch(source: str) -> int:
    """AWS's own default."""
    return _QUEUE_BATCH if service_of(source) == "sqs" else _BATCH


def _find(call: Call) -> str | None:
    """The mapping of the same source to the same function; AWS lets there be one."""
    wanted = meant(call, text_in(call.inputs, "functionName"))
    request: ListEventSourceMappingsRequestPaginateTypeDef = {"FunctionName": wanted.name}
    source = text_in(call.inputs, "eventSourceArn")
    if source:
        request["EventSourceArn"] = source
    pages = call.clients.lambda_.get_paginator("list_event_source_mappings").paginate(**request)
    for item in (item for page in pages for item in page["EventSourceMappings"]):
        same_function = meant(call, item.get("FunctionArn", "")).same(wanted, call.subject.account)
        uuid = item.get("UUID", "")
        if same_function and uuid not in call.taken and _same_source(call, item):
            return uuid
    return None


def _same_source(call: Call, found: EventSourceMappingConfigurationTypeDef) -> bool:
    names = ("eventSourceArn", "selfManagedEventSource", "topics", "queues")
    there = told({name: _SOURCE[name] for name in names}, found)
    return all(there.get(name) == call.inputs.get(name) for name in names)


def _await_settled(call: Call, uuid: str) -> None:
    lambda_ = call.clients.lambda_
    until(
        lambda: lambda_.get_event_source_mapping(UUID=uuid)["State"] in _SETTLED,
        f"event source mapping {uuid} was neither enabled nor disabled",
    )


def _read(call: Call, uuid: str) -> Plains:
    found = call.clients.lambda_.get_event_source_mapping(UUID=uuid)
    source, arn = found.get("EventSourceArn", ""), found["EventSourceMappingArn"]
    # Of a queue's mapping AWS tells no settings of streams.
    absent: Plains = {**dict.fromkeys(_STORED), **(_UNTOLD if is_stream(source) else {})}
    names = {name: entry for name, entry in _SETTINGS.items() if is_stream(source) or name not in _STREAMS}
    settings = {**absent, **told({**names, **_SOURCE}, found)}
    off = {name for name in _OFF if not settings.get(name) and name not in call.inputs}
    return {
        **settings,
        **dict.fromkeys(off),
        "arn": arn,
        "enabled": found["State"] in _ON,
        "functionArn": found["FunctionArn"],
        "functionName": in_own_words(call, "functionName", found["FunctionArn"]),
        "lastModified": plainly(found["LastModified"]),
        "lastProcessingResult": found.get("LastProcessingResult"),
        "state": found["State"],
        "stateTransitionReason": found.get("StateTransitionReason"),
        "tags": {**call.clients.lambda_.list_tags(Resource=arn)["Tags"]},
        "uuid": uuid,
    }


def _update(call: Call, uuid: str) -> None:
    source = text_in(call.inputs, "eventSourceArn")
    names = call.changed & frozenset(_SETTINGS)
    if not is_stream(source):
        names -= frozenset(_STREAMS)
    wanted = {
        **{_api(name): value for name, value in _CLEARED.items() if name in names},
        **({"BatchSize": _default_batch(source)} if "batchSize" in names else {}),
        **sent({name: _SETTINGS[name] for name in names}, call.inputs),
    }
    if call.wants("functionName"):
        refuse_source(call, source, meant(call, text_in(call.inputs, "functionName")))
        wanted["FunctionName"] = _function_arn(call)
    lambda_ = call.clients.lambda_
    if wanted:
        request = cast("UpdateEventSourceMappingRequestTypeDef", {"UUID": uuid, **wanted})
        permitted(lambda: lambda_.update_event_source_mapping(**request))
        _await_settled(call, uuid)
    if call.wants("tags"):
        arn = lambda_.get_event_source_mapping(UUID=uuid)["EventSourceMappingArn"]
        retag(
            lambda_.list_tags(Resource=arn)["Tags"],
            call.tags,
            tag=lambda tags: lambda_.tag_resource(Resource=arn, Tags=tags),
            untag=lambda keys: lambda_.untag_resource(Resource=arn, TagKeys=keys),
        )


def _api(name: str) -> str:
    entry = _SETTINGS[name]
    return entry if isinstance(entry, str) else entry.api


def _delete(call: Call, uuid: str) -> None:
    lambda_ = call.clients.lambda_
    lambda_.delete_event_source_mapping(UUID=uuid)
    until(
        lambda: is_gone(lambda: lambda_.get_event_source_mapping(UUID=uuid)),
        f"event source mapping {uuid} was still there",
    )


TYPES: Final[dict[str, LiveType]] = {
    "aws:lambda/eventSourceMapping:EventSourceMapping": LiveType(
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        find=_find,
        write_only=frozenset({"useResourceTimeoutForPropagation"}),
    ),
}
