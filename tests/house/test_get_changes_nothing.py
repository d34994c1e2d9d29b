"""Looking changes nothing: every page that a link of an administrator leads to, and every address there is (R60)."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import sqlalchemy as sa

from app.extensions import Base
from app.models import AuditLine
from tests.house.access_world import ADMINISTRATOR, routes, world

__all__ = ["world"]  # a fixture
LINKS = re.compile(r"""(?:href|src)=["']([^"'#]+)""")
QUESTIONS = 3  # filters, orders and pages that are tried of one list


def everything_stored(session):
    """The rows of each table, but those of the session itself, of heartbeats, and of exports in the log (R89)."""
    session.rollback()
    with session.get_bind().connect() as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in ("login_session", "heartbeat", "audit_line")
        }
        kept = sa.select(AuditLine.__table__).where(AuditLine.action != "exported")
        return found | {"audit_line": sorted(map(repr, connection.execute(kept)))}


def links_of(address, answer):
    if answer.mimetype != "text/html":
        return set()
    found = (urljoin(address, unescape(link)) for link in LINKS.findall(answer.text))
    return {link for link in found if not urlsplit(link).netloc and link.startswith("/") and "/static/" not in link}


def test_every_page_of_an_administrator_changes_nothing_r60(app, session, world):
    client = world.client(app, ADMINISTRATOR)
    wanted = ["/", *(world.address(rule) for _endpoint, method, rule in routes(app) if method == "GET")]
    before, seen, asked = everything_stored(session), set(), Counter()
    while wanted:
        address = wanted.pop()
        path = urlsplit(address).path
        if address in seen or asked[path] == QUESTIONS:
            continue
        seen.add(address)
        asked[path] += 1
        answer = client.get(address)
        assert answer.status_code != 500, address
        wanted += links_of(address, answer) - seen
        answer.close()
    after = everything_stored(session)
    assert len(seen) > 60
    assert {name for name in before if before[name] != after[name]} == set()
