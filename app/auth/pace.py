"""Answers that leave on a beat: whatever was to be done, a stopwatch reads the same (R36)."""

import time

BEAT = 0.2  # seconds; well above what the work takes, too short to annoy


def wait_for_the_beat(began: float) -> None:
    """Wait until a whole number of beats after `began` (of time.perf_counter). Call it with no transaction open.

    It holds a thread and no more: who asks too much costs no hash, and the gate bounds how many wait (R2).
    """
    if BEAT:
        time.sleep(BEAT - (time.perf_counter() - began) % BEAT)
