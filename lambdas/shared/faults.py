"""What stores raise. Free of the SDK, so that logic can know it."""

from __future__ import annotations


class AwsFault(Exception):  # noqa: N818 - a fault of the cloud, told apart from the errors of our code
    """A call to AWS failed after its retries.

    Attributes:
        code: AWS's error code, or the name of the client's error (`ReadTimeoutError`).
        detail: What was called and what AWS said, without any payload.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
