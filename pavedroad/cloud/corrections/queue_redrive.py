"""Dead-letter queues: who may use one, which queues do, and moving messages back.

AWS: `RedriveAllowPolicy` decides which queues may name a dead-letter queue; ListDeadLetterSourceQueues tells
them; StartMessageMoveTask moves messages back to where they came from, as new messages, at a given speed.
The emulator: stores the policy, knows none of the actions.
"""

from __future__ import annotations

import json
import threading
import time
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from uuid import uuid4

from pavedroad.cloud import permissions
from pavedroad.cloud.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Queue = dict[str, Any]
    Data = dict[str, Any]
    Action = Callable[[Data, str], object]

_TASKS_TOLD: Final = 10
_LARGEST_SPEED: Final = 500
_sqs: Final = Seam(
    "services.sqs",
    "_Err",
    "_HANDLERS",
    "_act_send_message",
    "_dlq_sweep",
    "_externalize_url",
    "_get_q",
    "_queue_by_arn",
    "_queues",
)
_responses: Final = Seam("core.responses", "request_scope")
_iam: Final = Seam("core.iam_evaluator", "caller_arn")
_actions: Final = Seam("core.iam_actions", "extract_resource_arn")


@dataclass
class Task:
    """One move.

    Attributes:
        handle: By which it is cancelled.
        source: ARN of the dead-letter queue.
        destination: ARN of a queue; empty for the queues that the messages came from.
        speed: Messages a second; None for as fast as it goes.
        to_move: Messages when it began.
        started: Milliseconds since 1970.
        status: As AWS names it.
        moved: Messages until now.
        reason: Why it failed.
    """

    handle: str
    source: str
    destination: str
    speed: int | None
    to_move: int
    started: int
    status: Literal["RUNNING", "COMPLETED", "CANCELLING", "CANCELLED", "FAILED"] = "RUNNING"
    moved: int = 0
    reason: str = ""

    def told(self) -> dict[str, object]:
        """As ListMessageMoveTasks tells it."""
        optional: dict[str, object] = {
            "TaskHandle": self.handle if self.status == "RUNNING" else "",
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.speed,
            "FailureReason": self.reason,
        }
        return {
            **{name: value for name, value in optional.items() if value},
            "Status": self.status,
            "SourceArn": self.source,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": self.started,
        }


_tasks: Final[list[Task]] = []


def install() -> None:
    """Add the actions and the checks."""
    for seam in (_sqs, _responses, _iam, _actions):
        seam.check()
    permissions.check()
    handlers: dict[str, Action] = _sqs["_HANDLERS"]
    handlers["CreateQueue"] = _checked(handlers["CreateQueue"])
    handlers["SetQueueAttributes"] = _checked(handlers["SetQueueAttributes"])
    handlers["ListDeadLetterSourceQueues"] = _list_sources
    handlers["StartMessageMoveTask"] = _start
    handlers["ListMessageMoveTasks"] = _list
    handlers["CancelMessageMoveTask"] = _cancel
    _sqs.wrap("_dlq_sweep", _sweep)
    _actions.wrap("extract_resource_arn", _resource)


def _resource(original: Callable[..., str]) -> Callable[..., str]:
    """The queue of the new actions, which AWS decides about by its ARN."""

    def resource(service: str, *request: Any, **more: Any) -> str:  # noqa: ANN401 - passed through
        found = original(service, *request, **more)
        if service != "sqs" or found != "*":
            return found
        try:
            body: object = json.loads(request[3])
        except (IndexError, TypeError, ValueError):
            return found
        data = cast("Data", body) if isinstance(body, dict) else {}
        by_handle = (task.source for task in _tasks if task.handle == data.get("TaskHandle"))
        return str(data.get("SourceArn") or next(by_handle, found))

    return resource


def _invalid(text: str) -> Exception:
    return _sqs["_Err"]("InvalidParameterValue", text)


def _allows(dead: Queue | None, source: str) -> bool:
    """The dead-letter queue lets this queue use it."""
    raw = dead["attributes"].get("RedriveAllowPolicy") if dead else ""
    if not raw:
        return True
    policy: dict[str, Any] = json.loads(raw)
    kind = policy.get("redrivePermission", "allowAll")
    return kind == "allowAll" or (kind == "byQueue" and source in policy.get("sourceQueueArns", []))


def _target(queue: Queue) -> str:
    raw = queue["attributes"].get("RedrivePolicy")
    policy: object = json.loads(raw) if raw else None
    return str(cast("Data", policy).get("deadLetterTargetArn", "")) if isinstance(policy, dict) else ""


def _checked(original: Action) -> Action:
    def act(data: Data, url: str) -> object:
        attributes = cast("dict[str, str]", data.get("Attributes") or {})
        redrive = attributes.get("RedrivePolicy")
        target = _target({"attributes": attributes}) if redrive else ""
        if target:
            parts = target.rpartition(":")
            name = data.get("QueueName") or str(data.get("QueueUrl", url)).rpartition("/")[2]
            if not _allows(_sqs["_queue_by_arn"](target), f"{parts[0]}:{name}"):
                raise _invalid(
                    f"Value {redrive} for parameter RedrivePolicy is invalid. Reason: the RedriveAllowPolicy "
                    f"of {target} does not allow {name} to use it as its dead-letter queue."
                )
        return original(data, url)

    return act


def _sweep(original: Callable[[Queue], None]) -> Callable[[Queue], None]:
    def sweep(queue: Queue) -> None:
        target = _target(queue)
        if not target or _allows(_sqs["_queue_by_arn"](target), queue["attributes"]["QueueArn"]):
            original(queue)

    return sweep


def _sources(dead: str) -> Iterator[tuple[str, Queue]]:
    for url, queue in list(_sqs["_queues"].items()):
        if _target(queue) == dead:
            yield url, queue


def _list_sources(data: Data, url: str) -> object:
    dead = _sqs["_get_q"](data.get("QueueUrl", url), "sqs:ListDeadLetterSourceQueues")
    found = _sources(dead["attributes"]["QueueArn"])
    return {"queueUrls": [_sqs["_externalize_url"](queue_url) for queue_url, _ in found]}


def _start(data: Data, _url: str) -> object:
    source, destination = str(data.get("SourceArn", "")), str(data.get("DestinationArn", ""))
    queue = _sqs["_queue_by_arn"](source)
    if queue is None or (destination and _sqs["_queue_by_arn"](destination) is None):
        raise _sqs["_Err"](
            "ResourceNotFoundException", "The resource that you specified for the ARN does not exist.", 404
        )
    if not any(_sources(source)):
        raise _invalid("Source queue must be configured as a Dead Letter Queue.")
    speed = data.get("MaxNumberOfMessagesPerSecond")
    if speed is not None and not 1 <= speed <= _LARGEST_SPEED:
        raise _invalid(f"MaxNumberOfMessagesPerSecond: got {speed}, allowed 1 to {_LARGEST_SPEED}")
    if any(task.source == source and task.status == "RUNNING" for task in _tasks):
        raise _sqs["_Err"](
            "UnsupportedOperation",
            "There is already a task running. Only one active task is allowed for a source queue arn at a "
            "given time.",
        )
    for target in (
        [destination] if destination else [other["attributes"]["QueueArn"] for _, other in _sources(source)]
    ):
        _authorise(source, target)
    now = int(time.time() * 1000)
    task = Task(
        handle=str(uuid4()),
        source=source,
        destination=destination,
        speed=speed,
        to_move=len(queue["messages"]),
        started=now,
    )
    _tasks.append(task)
    context = copy_context()
    threading.Thread(target=context.run, args=(_move, task), name="pavedroad-redrive", daemon=True).start()
    return {"TaskHandle": task.handle}


def _authorise(source: str, target: str) -> None:
    """The caller needs the actions of a consumer of the source and of a sender to the target."""
    caller = _iam["caller_arn"]()
    if ":assumed-role/" not in caller:
        return
    account, role = caller.split(":")[4], caller.split("/")[1]
    needed = {source: ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"), target: ("SendMessage",)}
    for arn, actions in needed.items():
        for action in actions:
            decision = permissions.role_allows(f"arn:aws:iam::{account}:role/{role}", f"sqs:{action}", arn)
            if not decision:
                raise _sqs["_Err"]("AccessDenied", decision.message, 403)


def _move(task: Task) -> None:
    queue = _sqs["_queue_by_arn"](task.source)
    account, region = permissions.account_of(task.source), permissions.region_of(task.source)
    with _responses["request_scope"](account, region):
        while task.status == "RUNNING":
            now = time.time()
            message = next((found for found in queue["messages"] if found["visible_at"] <= now), None)
            if message is None:
                task.status = "COMPLETED"
                return
            came_from = cast("dict[str, str]", message.get("sys") or {}).get("DeadLetterQueueSourceArn", "")
            target = task.destination or came_from
            problem = _send(message, target)
            if problem:
                task.status, task.reason = "FAILED", problem
                return
            queue["messages"] = [other for other in queue["messages"] if other is not message]
            task.moved += 1
            if task.speed:
                time.sleep(1 / task.speed)
        task.status = "CANCELLED"


def _send(message: Data, target: str) -> str:
    """Send it as a new message; why not, or empty."""
    if _sqs["_queue_by_arn"](target) is None:
        return "CouldNotDetermineMessageSource" if not target else "AWS.SimpleQueueService.NonExistentQueue"
    account, name = target.split(":")[4:6]
    sent: Data = {
        "QueueUrl": f"https://sqs.{target.split(':')[3]}.amazonaws.com/{account}/{name}",
        "MessageBody": message["body"],
        "MessageAttributes": message.get("message_attributes") or {},
    }
    if message.get("group_id"):
        sent |= {"MessageGroupId": message["group_id"], "MessageDeduplicationId": str(uuid4())}
    try:
        _sqs["_act_send_message"](sent, sent["QueueUrl"])
    except _sqs["_Err"] as error:
        return str(error.code)
    return ""


def _list(data: Data, _url: str) -> object:
    source = data.get("SourceArn", "")
    if _sqs["_queue_by_arn"](source) is None:
        raise _sqs["_Err"](
            "ResourceNotFoundException", "The resource that you specified for the ARN does not exist.", 404
        )
    found = [task.told() for task in reversed(_tasks) if task.source == source]
    return {"Results": found[: min(int(data.get("MaxResults") or 1), _TASKS_TOLD)]}


def _cancel(data: Data, _url: str) -> object:
    for task in _tasks:
        if task.handle == data.get("TaskHandle") and task.status == "RUNNING":
            task.status = "CANCELLING"
            return {"ApproximateNumberOfMessagesMoved": task.moved}
    raise _sqs["_Err"]("ResourceNotFoundException", "There is no running task with this handle.", 404)
