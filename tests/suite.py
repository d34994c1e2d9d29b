"""The whole suite, as `make test` runs it: on SQLite, again on PostgreSQL, and in a browser.

PostgreSQL and the browser are found by themselves. What is missing is said, and is a failure when CI=true.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.postgresql import postgresql

PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal"]
BROWSER = "tests/browser"


def main() -> int:
    ci = os.environ.get("CI") == "true"
    failed, missing = [], []
    without_browser = ["tests", f"--ignore={BROWSER}"]
    with part("SQLite"):
        failed += run("SQLite", without_browser)
    with postgresql() as url:
        if url is None:
            missing.append("PostgreSQL (sudo apt install postgresql)")
        else:
            with part("PostgreSQL"):
                settings = {"ZICHT_TEST_DATABASE": "postgresql", "ZICHT_TEST_POSTGRESQL": url}
                failed += run("PostgreSQL", without_browser, **settings)
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        with part("browser"):
            failed += run("browser", [BROWSER])
    else:
        missing.append("a browser (sudo apt install chromium)")
    for name in missing:
        print(f"NOT TESTED, because it is not on this machine: {name}", flush=True)
    print(f"FAILED: {', '.join(failed)}" if failed else "All that was tested is well.", flush=True)
    return 1 if failed or (ci and missing) else 0


def run(name: str, arguments: list[str], **settings: str) -> list[str]:
    return [name] if subprocess.call([*PYTEST, *arguments], env=os.environ | settings) else []


@contextmanager
def part(name: str) -> Iterator[None]:
    print(f"--- {name}", flush=True)
    yield


if __name__ == "__main__":
    sys.exit(main())
