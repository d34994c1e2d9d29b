"""Carries out the waiting runs of the roster (filled below)."""

from collections.abc import Mapping
from typing import Any


def work_on_runs(app_config: Mapping[str, Any]) -> int:
    """Takes the waiting runs one by one; the number done."""
    return 0


def do_run(run_id: int) -> None:
    """Carries out one run: fetch, plan, gate, apply."""
