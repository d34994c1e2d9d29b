"""A PostgreSQL server for the tests: one of our own in a temporary folder, which need not be careful with the disk."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.databases import POSTGRESQL

ROLE = "zicht_test"


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
    somebody, password, data = _somebody(), secrets.token_hex(16), folder / "data"
    if somebody:
        user = pwd.getpwuid(int(somebody[1].partition("=")[2]))
        os.chown(folder, user.pw_uid, user.pw_gid)
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)  # the folder itself is closed to others
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    # Fast, and careless with a power cut: these databases live for one run of the tests.
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c full_page_writes=off"

    def call(program: str, *arguments: str) -> None:
        command = [*somebody, str(programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    call("initdb", "-D", str(data), "-U", ROLE, "-A", "scram-sha-256", "-E", "UTF8", f"--pwfile={secret}", "-N")
    call("pg_ctl", "-D", str(data), "-o", settings, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg://{ROLE}:{password}@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
