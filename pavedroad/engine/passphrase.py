"""Pulumi's passphrase secrets: AES-256-GCM under a key that PBKDF2 derives from a passphrase and a salt."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pavedroad.engine.request import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

ITERATIONS: Final = 1_000_000
"""PBKDF2-SHA256 rounds of Pulumi's format v1 (sdk/go/common/resource/config/crypt.go)."""

KEY_BYTES: Final = 32
SALT_BYTES: Final = 8
NONCE_BYTES: Final = 12
_PROBE: Final = "pulumi"
_STATE_PARTS: Final = 3


def passphrase_from(environment: Mapping[str, str]) -> str | None:
    """The passphrase that PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE gives, or None.

    Raises:
        EngineError: The named file cannot be read.
    """
    direct = environment.get("PULUMI_CONFIG_PASSPHRASE")
    if direct is not None:
        return direct
    name = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if not name:
        return None
    return read_passphrase(Path(name), "PULUMI_CONFIG_PASSPHRASE_FILE", may_be_empty=True)


def read_passphrase(path: Path, what: str, *, may_be_empty: bool = False) -> str:
    """The passphrase in a file, without the space around it.

    Args:
        path: The file.
        what: What it is for; begins the message.
        may_be_empty: An empty passphrase is a passphrase, as in Pulumi.

    Raises:
        EngineError: It cannot be read, or there is none in it.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise EngineError(
            f"{what}: cannot read {path}: {reason}. Let it be a readable file that holds the passphrase, "
            "or set PULUMI_CONFIG_PASSPHRASE."
        ) from error
    if not (text or may_be_empty):
        raise EngineError(
            f"{what}: {path} is empty. Put back the passphrase that the secrets were encrypted with; delete "
            "the file when there are none."
        )
    return text


class Crypter:
    """Encrypts and decrypts values under one passphrase and salt.

    Attributes:
        state: The salt as a stack file (`encryptionsalt`) or a deployment (`salt`) holds it.
    """

    def __init__(self, passphrase: str, salt: bytes) -> None:
        """Derive the key; about half a second of work, by design of the format."""
        # Imported here: most runs hold no secret, and the library costs more to load than the rest of us.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        key = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ITERATIONS, KEY_BYTES)
        self._cipher = AESGCM(key)
        self.state = f"v1:{base64.b64encode(salt).decode()}:{self.encrypt(_PROBE)}"

    @classmethod
    def new(cls, passphrase: str) -> Crypter:
        """A crypter with a fresh salt."""
        return cls(passphrase, os.urandom(SALT_BYTES))

    @classmethod
    def open(cls, passphrase: str, state: str, where: str) -> Crypter:
        """The crypter that a stored salt belongs to.

        Args:
            passphrase: The passphrase.
            state: `v1:<salt>:<probe>`.
            where: The file that holds the salt, for messages.

        Raises:
            EngineError: The salt is malformed, or the passphrase is not the one it was made with.
        """
        parts = state.split(":", _STATE_PARTS - 1)
        if len(parts) != _STATE_PARTS or parts[0] != "v1":
            raise EngineError(
                f"{where}: the encryption salt is malformed: allowed is v1:<salt>:v1:<nonce>:<text>. "
                "Restore the file from its history."
            )
        crypter: Crypter | None = None
        with contextlib.suppress(ValueError):
            candidate = cls(passphrase, base64.b64decode(parts[1], validate=True))
            crypter = candidate if candidate.decrypt(parts[2]) == _PROBE else None
        if crypter is None:
            raise EngineError(
                f"{where}: the passphrase is not the one that its secrets were encrypted with. "
                "Set PULUMI_CONFIG_PASSPHRASE to the right one, or unset it to preview with placeholders."
            )
        crypter.state = state
        return crypter

    def encrypt(self, text: str) -> str:
        """`v1:<nonce>:<ciphertext>`, both in base64, with a fresh nonce."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), None)
        return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, ciphertext: str) -> str:
        """The clear text.

        Raises:
            ValueError: The text is malformed or was not encrypted with this key.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see the constructor

        version, _, rest = ciphertext.partition(":")
        nonce, _, sealed = rest.partition(":")
        if version != "v1" or not sealed:
            raise ValueError("not a value of format v1")
        try:
            clear = self._cipher.decrypt(
                base64.b64decode(nonce, validate=True), base64.b64decode(sealed, validate=True), None
            )
        except InvalidTag as error:
            raise ValueError("encrypted with another key") from error
        return clear.decode()
