"""The start of the administration: every screen with one sentence about what it is for."""

from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.admin.lists.screen import Screen
from app.templating import ADMINISTRATION, sub_menu

PURPOSE = {
    "pupils": _l("Who is at school, in which group and at which location."),
    "guardians": _l("Who belongs to which pupil, and who receives post."),
    "staff": _l("Mentors and teachers, and the locations of (care) managers and administrators."),
    "others": _l("People from outside who fill in a questionnaire."),
    "groups": _l("Which pupils and staff are in which group."),
    "duplicates": _l("Persons who are in here twice: merge them, or split them again."),
    "corrections": _l("E-mail addresses and access of guardians that were corrected by hand, and stay."),
    "accounts": _l("Make, change, block and delete accounts, and reset passwords."),
    "campaign": _l("Who has the details, who chose a password, and whom to remind."),
    "locations": _l("The locations of the school with their numbers."),
    "synchronisation": _l("Fetch the data of the school, import a file, and see what happened."),
    "mails": _l("Which mails wait, went out or failed."),
    "contacts": _l("Who holds which task of the school, and who takes over."),
    "settings": _l("How people log in the first time, and how letters look."),
}


class HomeScreen(Screen):
    page_name = "BeheerPage"
    needs_location = True

    @expose("/")
    def index(self) -> str:
        return self.render(
            "admin/home.html",
            title=_("Administration"),
            crumbs=[(ADMINISTRATION.label, None)],
            menu=list(sub_menu()),
            purpose=PURPOSE,
        )
