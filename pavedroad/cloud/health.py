"""Whether a cloud answers, and whether it is the one that is meant."""

from __future__ import annotations

import http.client
import json
from enum import Enum
from typing import Final, cast

from pavedroad.cloud.environment import HOST
from pavedroad.cloud.launcher import EMULATOR_VERSION

_PATH: Final = "/_ministack/health"
_TIMEOUT_SECONDS: Final = 2.0


class Health(Enum):
    """What is found on a port."""

    WELL = "well"
    SILENT = "silent"
    """Something listens and does not answer in time: busy, or hanging."""
    CLOSED = "closed"
    STRANGER = "stranger"
    """Something else answers, or a cloud that is not set up as ours."""


def look(port: int, instance_id: str) -> Health:
    """Ask once. No proxy is used, whatever the environment says."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", _PATH)
        answer = connection.getresponse()
        return Health.WELL if _is_ours(answer.read(), instance_id) else Health.STRANGER
    except TimeoutError:
        return Health.SILENT
    except (OSError, http.client.HTTPException):
        return Health.CLOSED
    finally:
        connection.close()


def _is_ours(body: bytes, instance_id: str) -> bool:
    try:
        document: object = json.loads(body)
    except ValueError:
        return False
    if not isinstance(document, dict):
        return False
    found = cast("dict[str, object]", document)
    expected = {"version": EMULATOR_VERSION, "auth": "enabled", "edition": instance_id}
    return all(found.get(key) == value for key, value in expected.items())
