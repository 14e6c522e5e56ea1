"""Secrets at rest: sealed with a key that stands apart from the database."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from voyant.errors import Code, ConfigurationError, InvalidInput
from voyant.settings.configuration import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

KEY_NAME = "secret.key"


def seal(text: str) -> str:
    """The text as only holders of the key can read it (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed.

    Raises:
        ConfigurationError: It was sealed with another key.
    """
    from cryptography.fernet import InvalidToken

    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ConfigurationError(
            "Credentials were sealed with another key than the one of this process.",
            remedy=f"Restore VOYANT_SECRET_KEY, or the file {KEY_NAME} in VOYANT_HOME; or give the source anew.",
        ) from None


@cache
def _fernet() -> Fernet:
    try:
        from cryptography.fernet import Fernet
    except ImportError:
        raise InvalidInput(
            "Keeping credentials needs the package cryptography.",
            code=Code.COMPONENT_MISSING,
            remedy="pip install 'voyant[server]'",
        ) from None
    configured = settings().secret_key
    try:
        return Fernet(configured.reveal() if configured else _key_of_home(settings().home / KEY_NAME))
    except ValueError:
        raise ConfigurationError(
            "The setting VOYANT_SECRET_KEY is no Fernet key: 32 bytes in URL-safe base64.",
            remedy="Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key())'",
        ) from None


def _key_of_home(path: Path) -> str:
    """The key in that file, which is made where it is missing, whole or not at all, whoever comes first."""
    from cryptography.fernet import Fernet

    if not path.exists():
        made = path.with_name(f"{KEY_NAME}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_bytes(Fernet.generate_key())
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()
