"""Magister behind its allow-list: however it keeps us out, that is what is told (formats.md 5.1)."""

import socket
import threading

from tests.sources.magister import magister_world
from tests.sources.magister.magister_world import refusal_of

player, pauses, source, fetch = (
    magister_world.player,
    magister_world.pauses,
    magister_world.source,
    magister_world.fetch,
)


def test_an_address_outside_the_allow_list_is_named(player, fetch):
    player.faults.login_status = 403
    assert "allow-list" in refusal_of(fetch)


def test_a_closed_port_may_be_the_allow_list(player, fetch):
    assert "allow-list" in refusal_of(lambda: fetch(base_url="http://127.0.0.1:1"))


def test_a_web_page_in_its_place_is_told_as_such(player, fetch):
    player.faults.html = 9
    assert "web page" in refusal_of(fetch)


def test_who_hangs_up_at_once_may_have_an_allow_list(fetch):
    def hang_up(server):
        while True:
            try:
                server.accept()[0].close()
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=hang_up, args=(server,), daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert "allow-list" in refusal_of(lambda: fetch(base_url=address))
        server.shutdown(socket.SHUT_RDWR)
