"""1,500 letters as one PDF, with codes to scan: within 20 seconds and 300 MB."""

import resource
import time

from app.letters import Letter, Sender
from app.letters.sheet import write_letters
from tests.bench.rows import Row

COUNT, SECONDS, MEMORY = 1_500, 20.0, 300.0


def measure() -> list[Row]:
    """One turn is enough: it is far below the limit, and every letter costs the same."""
    begun = time.perf_counter()
    body = write_letters((_letter(n) for n in range(COUNT)), Sender("De Zilverlinde"), "1", "Brieven")
    took = time.perf_counter() - begun
    assert body.startswith(b"%PDF")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row(f"letters: {COUNT} as one PDF (s) / {SECONDS:.0f} s", took, SECONDS, took / SECONDS, 1.0),
        Row("letters: peak memory (MB)", peak, MEMORY, peak / MEMORY, 1.0),
    ]


def _letter(number: int) -> Letter:
    return Letter(
        name=f"Sanne van den Łukasiewicz-Ørsted {number}",
        group="2A",
        heading="Uw account is klaar",
        opening=["De Zilverlinde maakte een account voor u, als verzorger van Noor.", "Welkom bij onze school."],
        rows=[
            ("Adres", "https://zicht.school.example/login"),
            ("Gebruikersnaam", f"naam{number}"),
            ("Code", "k7wm-p3ha"),
        ],
        link=f"https://zicht.school.example/activeren/{number:043}",
        scan="Scan deze code",
        closing=["De code werkt één keer, tot 8 december 2026 10.00 uur."],
    )
