"""Real processes for tests that kill and stop them. They split off from one that has read all code already, so they
start at once.
"""

import multiprocessing
import os
import signal
import time
from contextlib import suppress

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.preloaded"])


class Process:
    """Does `work(line, *arguments)`; `line` is this one's `line` at the other end: `send` and `recv`."""

    def __init__(self, work, *arguments):
        self.line, there = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=work, args=(there, *arguments), daemon=True)
        self.process.start()
        there.close()

    @property
    def pid(self):
        return self.process.pid

    def pause(self):
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def kill(self):
        """With kill -9; it is gone afterwards. Also from another thread than the one that waits for its end."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
            while True:
                os.kill(self.pid, 0)
                time.sleep(0.001)

    def end(self):
        """Its exit code, once it ended by itself or was killed (-9)."""
        self.process.join(60)
        assert self.process.exitcode is not None, "it never ended"
        return self.process.exitcode

    def close(self):
        if self.process.exitcode is None:
            self.kill()
        self.end()
        self.process.close()
        self.line.close()


def wait_until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.02)
