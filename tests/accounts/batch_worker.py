"""A worker that does batches in small pieces as a process of its own, to be killed by the tests."""

from pathlib import Path

from app.work import batches
from tests.databases import make_app


def main(line, url, instance):
    batches.SLOW_PIECE = 2
    app = make_app(url, Path(instance))
    with app.app_context():
        line.send("ready")
        batches.work_on_batches(app.config)
