"""A PostgreSQL server for the tests: one of our own in a temporary folder, which need not be careful with the disk."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.databases import POSTGRESQL

ROLE = "zicht_test"
SETTINGS = {  # fast, and careless with a power cut: these databases live for one run of the tests
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "jit": "off",
}


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The address of a server on which we may make databases; None when there is no PostgreSQL on this machine.

    ZICHT_TEST_POSTGRESQL names another one; without programs to start one, the one that runs here will do.
    """
    programs = _programs()
    if "ZICHT_TEST_POSTGRESQL" in os.environ or programs is None:
        yield POSTGRESQL if _answers(POSTGRESQL) else None
        return
    folder = Path(tempfile.mkdtemp(prefix="zicht-postgresql-"))
    try:
        with _own_server(programs, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def _programs() -> Path | None:
    """The folder with initdb and pg_ctl, the newest first; Debian keeps them out of PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = [str(path) for path in reversed(debian)] or [shutil.which("initdb")]
    return Path(found[0]).parent if found[0] else None


def _somebody() -> list[str]:
    """PostgreSQL refuses to run as root; then it runs as somebody with fewer rights."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    raise RuntimeError("there is no user to run PostgreSQL as")


@contextmanager
def _own_server(programs: Path, folder: Path) -> Iterator[str]:
    """Reached by a socket in a folder that is closed to others, so it asks for no password."""
    somebody, data = _somebody(), folder / "data"
    if somebody:
        user = pwd.getpwuid(int(somebody[1].partition("=")[2]))
        os.chown(folder, user.pw_uid, user.pw_gid)
    settings = f"-k {folder} " + " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())

    def call(program: str, *arguments: str) -> None:
        command = [*somebody, str(programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    call("initdb", "-D", str(data), "-U", ROLE, "-A", "trust", "-E", "UTF8", "-N")
    call("pg_ctl", "-D", str(data), "-o", settings, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg://{ROLE}@/postgres?host={folder}"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
