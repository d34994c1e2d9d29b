"""A real process that works on runs: `-m tests.runs.run_process URL INSTANCE`; killed and stopped by the tests."""

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Worker:
    """The process. Prints "ready", waits for `go`, and prints "done N" at the end."""

    def __init__(self, url, instance):
        command = [sys.executable, "-m", "tests.runs.run_process", url, str(instance)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def go(self):
        """Lets it start, once it is ready; gives the worker itself."""
        assert self.process.stdout.readline() == "ready\n"
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def told(self):
        """What it said, once it has ended."""
        return self.process.communicate(timeout=60)[0]


def wait_until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.02)


def main(url, instance):
    from app.work.runs import work_on_runs
    from tests.databases import make_app

    app = make_app(url, Path(instance))
    print("ready", flush=True)
    sys.stdin.readline()
    with app.app_context():
        print("done", work_on_runs(app.config))


if __name__ == "__main__":
    main(*sys.argv[1:])
