"""The commands (contract.md)."""

from flask import Flask


def init_commands(app: Flask) -> None: ...
