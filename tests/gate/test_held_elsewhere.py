"""A held run outside its page: the mail that leads to it, and the command line (R103)."""

import pytest

from app.services.mail.outbox import NewMail, queue_mails
from app.work.mail.delivery import deliver
from tests.mail.mail_world import post_office, postbox, start_server, text_of
from tests.runs.run_world import NOW, command, connected
from tests.sources.somtoday.somtoday_player import Player

__all__ = ["command", "connected", "post_office", "postbox", "start_server"]
CAUSE = "Vestiging 99ZZ02 (Havenkwartier): 212 van de 214 leerlingen ontbreken; waarschijnlijk staat de vestiging uit."


@pytest.mark.parametrize(
    ("is_rest", "opening"),
    [
        (False, "De nieuwe gegevens wijken zo sterk af van wat bekend is"),
        (True, "De nieuwe gegevens wijken sterk af van wat bekend is. Wat veilig is, is toegepast; de rest wacht."),
    ],
)
def test_the_mail_names_the_causes_and_leads_to_the_page(
    app, session, institution, post_office, postbox, is_rest, opening
):
    details = {"run": 12, "reason": "Te veel.", "causes": [CAUSE], "is_rest": is_rest}
    queue_mails(session, NOW, [NewMail("sync-held", "a@school.example", institution.id, details=details)])
    session.commit()
    deliver(app.config)
    text = " ".join(text_of(postbox.mails[0][1]).split())

    assert opening in text
    assert CAUSE in text
    assert "/beheer/synchronisatie/12/" in text


def test_the_command_tells_the_causes_and_approve_applies_all_r103(app, command, connected, session):
    with Player(pupils=60, guardians=90, staff=8) as player:
        connected(player)
        command("roster", "sync", "--institution", "99ZZ")
        for pupil in player.school.leerlingen[:40]:
            player.school.remove_pupil(pupil["leerlingnummer"])
        session.rollback()
        told = app.test_cli_runner().invoke(args=["roster", "sync", "--institution", "99ZZ"])
        code, answer = command("roster", "sync", "--institution", "99ZZ", "--approve")

    assert told.exit_code == 1
    assert "leerlingen ontbreken; waarschijnlijk staat de vestiging uit in de bron." in told.output
    assert (code, answer["status"], answer["counts"]["pupils"]["gone"]) == (0, "applied", 40)
