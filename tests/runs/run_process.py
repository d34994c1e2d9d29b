"""A real process that works on runs; killed and stopped by the tests."""

import os
from pathlib import Path

from app.work.runs import work_on_runs
from tests.databases import make_app
from tests.processes import Process


class Worker(Process):
    """Waits for `go`, and says "done N" at the end."""

    def __init__(self, url, instance):
        super().__init__(main, url, instance)
        self.instance = instance

    def go(self):
        """Lets it start, once it is ready; gives the worker itself."""
        assert self.line.recv() == "ready"
        self.line.send("go")
        return self

    def told(self):
        """What it said, once it has ended."""
        self.end()
        return said(self.instance, self.pid).read_text()


def said(instance, pid):
    return Path(instance) / f"said-{pid}.txt"


def main(line, url, instance):
    file = os.open(said(instance, os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    app = make_app(url, Path(instance))
    line.send("ready")
    line.recv()
    with app.app_context():
        print("done", work_on_runs(app.config))
