"""Secrets of a source connection are unreadable without the key outside the database."""

import pytest

from app.errors import SecretUnusable
from app.services.sealing import derive_key, seal, unseal


def test_a_sealed_secret_opens_with_its_key_only():
    sealed = seal("a" * 40, "geheim")
    assert "geheim" not in sealed
    assert unseal("a" * 40, sealed) == "geheim"
    with pytest.raises(SecretUnusable):
        unseal("b" * 40, sealed)


def test_what_is_sealed_for_one_purpose_opens_for_no_other():
    sealed = seal("a" * 40, "geheim", "remembered")
    assert unseal("a" * 40, sealed, "remembered") == "geheim"
    for other in ("source-secrets", "remembere"):
        with pytest.raises(SecretUnusable):
            unseal("a" * 40, sealed, other)


def test_each_purpose_has_a_key_of_its_own():
    assert derive_key("a" * 40, "one") != derive_key("a" * 40, "two")
    assert derive_key("a" * 40, "one") == derive_key("a" * 40, "one")
