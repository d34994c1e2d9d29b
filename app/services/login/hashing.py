"""Passwords are kept as argon2id hashes (Z-104, R1). Hashing is bounded, so that it cannot starve the site (R2)."""

import hashlib
import hmac
import os
import threading
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask_babel import gettext as _

from app.errors import TooMany

MEMORY_KIB, ROUNDS, LANES = 19_456, 2, 1
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
AHEAD = 4 * CORES  # hashes made before somebody asks for them: the cores never wait for the database
PATIENCE = 5.0  # seconds that one login waits for a free core
# Of 32 random bytes that nobody kept; checked when there is no account, so that time tells nothing (R12).
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$UJJIL/iAx0TWqhcz3m/bHQ$XDwbPpHWqW3Z+C18/5GIhA2de/IroKDEhtDmBMphsqQ"


def make_hasher(memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS, lanes: int = LANES) -> PasswordHasher:
    """The hasher for these parameters. Raises ValueError when they are weaker than R1 asks."""
    if memory_kib < MEMORY_KIB or rounds < ROUNDS or lanes < LANES:
        raise ValueError(f"argon2id needs at least m={MEMORY_KIB}, t={ROUNDS}, p={LANES}")
    return PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=lanes, hash_len=32, salt_len=16)


_hasher = make_hasher()
_room = threading.BoundedSemaphore(CORES)
# Always the same few threads: each keeps the 19 MiB that a hash takes, and a server has dozens of threads (R2).
_pool = ThreadPoolExecutor(CORES, thread_name_prefix="hashing")


def hash_password(text: str) -> str:
    """The hash to store. Raises TooMany when all cores stay busy."""
    with _Room():
        return _pool.submit(_hasher.hash, _typed(text)).result()


def verify_password(stored: str | None, text: str) -> bool:
    """Whether `text` is the password behind `stored`: exactly one hash computed, also for None. Raises TooMany."""
    known = stored is not None and stored.startswith("$argon2id$")
    quick = stored is not None and hmac.compare_digest(stored, quick_hash(text))
    with _Room():
        try:
            return _pool.submit(_hasher.verify, stored if known else NOBODYS_HASH, _typed(text)).result() and known
        except VerifyMismatchError:
            return quick


def quick_hash(text: str) -> str:
    """The hash of a code that we drew ourselves: nobody guesses 79 random bits, so it need not be slow (R31)."""
    return f"$sha256${hashlib.sha256(_typed(text).encode()).hexdigest()}"


def needs_rehash(stored: str) -> bool:
    """Whether this hash was made with other parameters than those of today; make it anew at the next login (R1)."""
    return _hasher.check_needs_rehash(stored)


def hash_many(texts: Iterable[str]) -> Iterator[str]:
    """The hashes in the same order, made by all cores together and a little ahead of who asks for them.

    argon2 lets go of Python's lock, so threads are enough. The pool is apart from the room of the logins.
    """
    pool = ThreadPoolExecutor(CORES, thread_name_prefix="hashing")
    running: deque[Future[str]] = deque()
    try:
        for text in texts:
            running.append(pool.submit(_hasher.hash, _typed(text)))
            if len(running) > AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _typed(text: str) -> str:
    """As typed, except that é counts as é however the keyboard composes it (R8)."""
    return unicodedata.normalize("NFC", text)


class _Room:
    """A place at the hashing of single passwords; who waits too long is asked to come back (R2)."""

    def __enter__(self) -> None:
        if not _room.acquire(timeout=PATIENCE):
            raise TooMany(_("It is very busy now. Wait a moment and try again."), retry_after=5)

    def __exit__(self, *_error: object) -> None:
        _room.release()
