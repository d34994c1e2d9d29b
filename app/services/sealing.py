"""Keys for separate uses, made from the one SECRET_KEY that lives outside the database (R112, R136)."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from flask_babel import gettext as _

from app.errors import SecretUnusable

SOURCES = "source-secrets"


def derive_key(secret_key: str, purpose: str) -> bytes:
    """32 bytes for this purpose alone; the same every time."""
    return hmac.new(secret_key.encode(), f"zicht/{purpose}".encode(), hashlib.sha256).digest()


def seal(secret_key: str, text: str, purpose: str = SOURCES) -> str:
    """The text, readable only with the key and for this purpose; safe in a cookie. Standard: for a roster source."""
    return _box(secret_key, purpose).encrypt(text.encode()).decode()


def unseal(secret_key: str, sealed: str, purpose: str = SOURCES) -> str:
    """Raises SecretUnusable when it was sealed with another key or for another purpose."""
    try:
        return _box(secret_key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as wrong:
        raise SecretUnusable(_("The stored secret cannot be read with this key. Connect the source again.")) from wrong


def _box(secret_key: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derive_key(secret_key, purpose)))
