"""The pages for everybody who is logged in, and the health of the process."""

from flask import Flask


def init_pages(app: Flask) -> None: ...
