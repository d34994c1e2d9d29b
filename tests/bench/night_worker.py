"""`flask scheduler` on a database of the benchmark: `-m tests.bench.night_worker URL FOLDER`."""

import sys
from pathlib import Path

from app.scheduler import run_forever
from tests.databases import make_app


def main(url, folder):
    app = make_app(url, Path(folder))
    print("ready", flush=True)
    sys.stdin.readline()  # all start at the same moment
    run_forever(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
