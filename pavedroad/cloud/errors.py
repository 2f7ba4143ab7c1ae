"""What the local cloud complains about."""

from __future__ import annotations


class CloudError(Exception):
    """The local cloud cannot do what was asked.

    Args:
        what: What is wrong and where.
        remedy: What to do about it.
    """

    def __init__(self, what: str, *, remedy: str = "") -> None:
        super().__init__(f"{what}\n{remedy}" if remedy else what)
