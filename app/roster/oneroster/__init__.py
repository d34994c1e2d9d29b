"""The OneRoster source. Read it from service.py, the REST; oneroster_csv and sds_csv read their files with the rest."""

from typing import Final

from app.roster import Kind

SOURCE: Final = "oneroster"
DELIVERS: Final = tuple(Kind)
