"""Loaded by every Python process of a watched run: notes and refuses what a preview must never do.

Python looks for a module of this name at start. The run's environment puts this folder on PYTHONPATH and
names the file for the notes in PAVEDROAD_TEST_NOTES; without that name nothing is watched.
"""

import os
import sys

_NOTES = os.environ.get("PAVEDROAD_TEST_NOTES", "")
_CREDENTIALS = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    }
)
_POISONED = os.path.join(os.path.expanduser("~"), ".aws")  # noqa: PTH111, PTH118 - no import may precede the hook


def _note(text: str) -> None:
    line = f"{os.path.basename(sys.argv[0] if sys.argv else '?')}: {text}\n".encode()  # noqa: PTH119
    file = os.open(_NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, line)
    os.close(file)


def _refuse(text: str) -> None:
    _note(text)
    raise RuntimeError(f"refused by the test: {text}")


def _is_loopback(address: object) -> bool:
    if isinstance(address, (str, bytes)):
        return True  # a socket in the file system
    host = str(address[0]) if isinstance(address, tuple) and address else ""
    return host.startswith("127.") or host in ("::1", "localhost", "")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(_POISONED):
        _refuse(f"opens {os.path.basename(arguments[0])} of .aws")  # noqa: PTH119
    elif event in ("socket.connect", "socket.sendto") and not _is_loopback(arguments[1]):
        _refuse(f"{event} {arguments[1]}")
    elif event == "socket.getaddrinfo" and not _is_loopback((arguments[0] or "",)):
        _refuse(f"looks up {arguments[0]}")


class _Watched(type(os.environ)):  # pyright: ignore[reportUntypedBaseClass] - the class has no public name
    """The environment; asking it for a credential is an offence, passing it on to a child is not."""

    # As untyped as the method it stands in for.
    def get(self, key, default=None):  # noqa: ANN001, ANN202  # pyright: ignore[reportIncompatibleMethodOverride]
        if key in _CREDENTIALS:
            _refuse(f"asks for {key}")
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        if key in _CREDENTIALS:
            _refuse(f"looks for {key}")
        return super().__contains__(key)


if _NOTES:
    _note("is watched")
    sys.addaudithook(_watch)
    os.environ.__class__ = _Watched
