"""The administration screens below /beheer/: one list of views, in the order of the menu."""

from importlib import import_module

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme

from app.headers import csp_nonce
from app.templating import init_templating

from .home import HomeScreen
from .words import speak_from_our_catalogue

# Our own theme: no template and no file of Flask-Admin's bundle can be found or served (R63).
THEME = Theme(folder="zicht", base_template="shell.html")
SCREENS = (
    ("persons.pupils", "PupilScreen"),
    ("persons.guardians", "GuardianScreen"),
    ("persons.staff", "StaffScreen"),
    ("persons.others", "OtherScreen"),
    ("school.groups", "GroupScreen"),
    ("duplicates.screen", "DuplicateScreen"),
    ("corrections.screen", "CorrectionScreen"),
    ("accounts.list", "AccountScreen"),
    ("accounts.new", "NewForPupils"),
    ("accounts.new", "NewForGuardians"),
    ("accounts.new", "NewForStaff"),
    ("accounts.new", "NewForOthers"),
    ("school.locations", "LocationScreen"),
    ("synchronisation.screen", "SynchronisationScreen"),
    ("sources.screen", "SourceScreen"),
    ("mails.screen", "MailScreen"),
    ("campaign.screen", "CampaignScreen"),
    ("contacts.screen", "ContactScreen"),
    ("settings.screen", "SettingsScreen"),
)
ADDRESSES = {
    "campaign.screen": {"endpoint": "campaign", "url": "/beheer/uitreiking"},
    "contacts.screen": {"endpoint": "contacts", "url": "/beheer/contactpersonen"},
    "corrections.screen": {"endpoint": "corrections", "url": "/beheer/correcties"},
    "duplicates.screen": {"endpoint": "duplicates", "url": "/beheer/dubbele-personen"},
    "synchronisation.screen": {"endpoint": "synchronisation", "url": "/beheer/synchronisatie"},
    "settings.screen": {"endpoint": "settings", "url": "/beheer/instellingen"},
    "sources.screen": {"endpoint": "sources", "url": "/beheer/bronnen"},
}


def init_admin(app: Flask) -> None:
    init_templating(app)
    speak_from_our_catalogue()
    home = HomeScreen(endpoint="admin", url="/beheer")
    admin = Admin(app, name="Zicht", url="/beheer", index_view=home, theme=THEME, csp_nonce_generator=csp_nonce)
    for module, name in SCREENS:
        screen = getattr(import_module(f".{module}", __name__), name)
        admin.add_view(screen(**ADDRESSES.get(module, {})))
