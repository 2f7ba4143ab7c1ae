"""Operations by name, for services whose parts are all made, read, changed and removed alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pavedroad.provider.live.retrying import absent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pavedroad.provider.live.services._wire import Members


def perform(client: object, operation: str, /, **members: object) -> Members:
    """What a service answers to an operation, such as `create_route`."""
    method = cast("Callable[..., Members]", getattr(client, operation))
    return method(**members)


def listing(client: object, operation: str, /, **members: object) -> Iterator[Members]:
    """The items of all pages of a list."""
    token: object = None
    while True:
        more = {} if token is None else {"NextToken": token}
        page = perform(client, operation, **members, **more)
        yield from cast("list[Members]", page.get("Items") or [])
        token = page.get("NextToken")
        if not token:
            return


def there(look: Callable[[], Members]) -> Members | None:
    """What a service answers, or None when it has nothing there."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - a preview needs no boto3

    try:
        return look()
    except ClientError as error:
        if absent(error):
            return None
        raise
