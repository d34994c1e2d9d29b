"""Answers that come packed: read as any other, and never unpacked further than we would read (R71, R75)."""

import gzip
import json
import zlib

import httpx
import pytest

from app.errors import RosterUnavailable
from app.roster.reading import transport
from app.roster.reading.packed import PIECE, unpacked
from app.roster.reading.transport import Transport
from app.roster.reading.unreachable import Unreachable

ROWS = [{"id": number, "naam": "Żółć"} for number in range(2000)]
PLAIN = json.dumps(ROWS).encode()


def told(content, form):
    answer = httpx.MockTransport(
        lambda request: httpx.Response(200, headers={"Content-Encoding": form}, stream=Raw(content))
    )
    return Transport(sleep=lambda seconds: None, transport=answer).ask("GET", "http://127.0.0.1:1/")


class Raw(httpx.SyncByteStream):
    def __init__(self, content):
        self.content = content

    def __iter__(self):
        for at in range(0, len(self.content), 1000):
            yield self.content[at : at + 1000]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (PLAIN, ""),
        (PLAIN, "identity"),
        (gzip.compress(PLAIN), "gzip"),
        (gzip.compress(PLAIN), " X-GZIP"),
        (zlib.compress(PLAIN), "deflate"),
    ],
)
def test_an_answer_is_read_in_the_form_it_comes_in(content, form):
    assert told(content, form) == ROWS


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (gzip.compress(PLAIN)[:-20], "gzip"),
        (PLAIN, "gzip"),
        (gzip.compress(PLAIN), "br"),
        (gzip.compress(gzip.compress(PLAIN)), "gzip, gzip"),
    ],
)
def test_what_cannot_be_unpacked_or_is_packed_twice_is_no_good_answer(content, form):
    with pytest.raises(Unreachable):
        told(content, form)


def test_a_small_answer_that_holds_gigabytes_is_put_down_in_time(monkeypatch):
    monkeypatch.setattr(transport, "MAX_BYTES", 1_000_000)
    bomb = gzip.compress(b" " * 50_000_000)

    with pytest.raises(RosterUnavailable, match="far too large"):
        told(bomb, "gzip")
    assert max(map(len, unpacked([bomb], "gzip"))) <= PIECE
