"""Faults on purpose in a local cloud: invocations that die, environments that end."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.support.cloud import Cloud

_PATH: Final = "/_pavedroad/faults"
_ANSWER_SECONDS: Final = 60


@contextmanager
def dying(cloud: Cloud, share: float, seed: int) -> Generator[None]:
    """A share of all invocations dies, half of them after their work is done."""
    _ask(cloud, share=share, seed=seed)
    try:
        yield
    finally:
        _ask(cloud, share=0)


def died(cloud: Cloud) -> int:
    """How many invocations have died since the last call of `dying` began."""
    return _ask(cloud)


def renew_environments(cloud: Cloud) -> None:
    """End every environment that waits for work: the next invocations begin cold."""
    _ask(cloud, cold=True)


def _ask(cloud: Cloud, **plan: float) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", cloud.running.port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("POST", _PATH, json.dumps(plan) if plan else "")
        answer = connection.getresponse()
        assert answer.status == http.HTTPStatus.OK
        return int(json.loads(answer.read())["died"])
    finally:
        connection.close()
