"""argon2id with fixed parameters, bounded, over all cores (Z-104, R1, R2, R8, R12)."""

import threading
import time

import pytest
from argon2 import PasswordHasher

from app.errors import TooMany
from app.services.login import hashing
from app.services.login.hashing import (
    CORES,
    NOBODYS_HASH,
    hash_many,
    hash_password,
    make_hasher,
    needs_rehash,
    verify_password,
)


def test_a_hash_is_argon2id_with_our_parameters_never_those_of_the_library_r1_z104():
    assert hash_password("correct horse battery").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("weak", [(8192, 2, 1), (19_456, 1, 1), (19_456, 2, 0), (19_455, 2, 1)])
def test_weaker_parameters_are_refused_r1(weak):
    with pytest.raises(ValueError, match="argon2id needs at least"):
        make_hasher(*weak)


def test_a_hash_of_other_parameters_still_works_and_asks_for_a_new_one_r1():
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse battery")
    assert verify_password(old, "correct horse battery")
    assert needs_rehash(old)
    assert not needs_rehash(NOBODYS_HASH)


def test_the_same_work_is_done_when_there_is_no_account_r12(monkeypatch):
    done = []

    class Counting:
        def verify(self, stored, text):
            done.append(stored)
            return make_hasher().verify(stored, text)

    monkeypatch.setattr(hashing, "_hasher", Counting())
    assert not verify_password(None, "anything")
    assert not verify_password("not a hash", "anything")
    assert not verify_password(NOBODYS_HASH, "anything")
    assert done == [NOBODYS_HASH] * 3


def test_a_password_counts_as_typed_however_the_keyboard_composes_it_r8():
    stored = hash_password("caf\u00e9 op de hoek")
    assert verify_password(stored, "cafe\u0301 op de hoek")
    assert not verify_password(stored, "Caf\u00e9 op de hoek")
    assert not verify_password(stored, "caf\u00e9 op de hoek ")


def test_many_hashes_come_in_the_order_of_the_passwords_and_none_is_equal_r4():
    texts = [f"password {number}" for number in range(2 * CORES + 3)] + ["password 0"]
    hashes = list(hash_many(texts))
    assert len(set(hashes)) == len(texts)
    assert verify_password(hashes[0], texts[0])
    assert verify_password(hashes[-2], texts[-2])


def test_who_stops_asking_stops_the_hashing_r2():
    before = threading.active_count()
    some = hash_many(f"password {number}" for number in range(1_000_000))
    next(some)
    some.close()
    assert threading.active_count() == before


def test_no_more_passwords_are_hashed_at_once_than_there_are_cores_r2(monkeypatch):
    running, most = [], []

    class Slow:
        def hash(self, text):
            running.append(text)
            most.append(len(running))
            time.sleep(0.02)
            running.remove(text)
            return text

    monkeypatch.setattr(hashing, "_hasher", Slow())
    threads = [threading.Thread(target=hash_password, args=(f"{number}",)) for number in range(4 * CORES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= CORES


def test_who_waits_too_long_is_asked_to_come_back_r2(app, monkeypatch):
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    for _core in range(CORES):
        hashing._room.acquire()
    try:
        with pytest.raises(TooMany) as refused:
            hash_password("correct horse battery")
    finally:
        for _core in range(CORES):
            hashing._room.release()
    assert refused.value.message == "Het is nu erg druk. Wacht even en probeer het opnieuw."
    assert refused.value.retry_after > 0
