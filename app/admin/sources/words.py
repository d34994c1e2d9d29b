"""The words of the pages of sources: hints beside settings, by source and by name."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.roster import Setting

HINTS: Final[Mapping[str, Any]] = {  # by "source.setting", else by setting
    "base_url": _l("It starts with https://."),
    "token_url": _l("It starts with https://. The supplier gives it together with the client ID."),
    "client_id": _l("The supplier gives this when the link is made."),
    "client_secret": _l("The supplier gives this once. Paste it exactly as it is."),
    "organisation": _l("The UUID of the school at the supplier."),
    "brin": _l("Only when the school has more of them, or a key per location. Name its own BRIN too; use commas."),
    "certificate": _l("The text of the certificate and of the private key without a password, one below the other."),
    "somtoday.base_url": _l("Such as https://api.somtoday.nl/rest/v1."),
    "somtoday.organisation": _l("The UUID of the school at Somtoday; whoever switched the link on sees it there."),
    "magister.base_url": _l("The address of the webservice, such as https://school.swp.nl:8800."),
    "magister.username": _l("A user of the webservice of Magister, with rights to the lists below."),
    "magister.layout": _l("Only when your lists have other names. Separate them with semicolons."),
    "presentis.base_url": _l("May stay empty: Zicht knows the address of Presentis."),
    "presentis.token_url": _l("May stay empty: Zicht knows the address of Presentis."),
    "parnassys.client_name": _l("The name under which ParnasSys knows this link."),
    "parnassys.key": _l("The key that ParnasSys gave to this link."),
    "uwlr.key": _l("The school makes this key in its own system and gives it to you."),
    "uwlr.client_code": _l("The code under which the system knows this link."),
    "uwlr.client_name": _l("The name under which the system knows this link."),
    "zermelo.base_url": _l("The address of the portal, such as https://school.zportal.nl."),
    "zermelo.key": _l("A token of an API user of the portal. Write down below when it ends."),
    "zermelo.organisation": _l("The name or number of the school in the portal."),
    "oneroster.base_url": _l("Such as https://school.example/ims/oneroster/v1p1."),
}


def hint_of(source: str, setting: Setting) -> str:
    """What helps to fill in this setting; '' when the title says it all."""
    return str(HINTS.get(f"{source}.{setting.name}", HINTS.get(setting.name, "")))
