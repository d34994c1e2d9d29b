"""django-import-export in its bulk mode: reads people.csv of a folder into SQLite, and prints the seconds it took."""

import sys
from pathlib import Path
from time import perf_counter

import django
import tablib
from django.conf import settings

FOLDER = Path(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["import_export"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "peer.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
)
django.setup()

from django.db import connection, models  # noqa: E402 - only after setup
from import_export.resources import ModelResource  # noqa: E402


class Person(models.Model):
    number = models.CharField(max_length=64, unique=True)
    first_name = models.CharField(max_length=200, blank=True)
    initials = models.CharField(max_length=32, blank=True)
    prefix = models.CharField(max_length=32, blank=True)
    last_name = models.CharField(max_length=200, db_index=True)
    birth_date = models.DateField(null=True)
    email = models.CharField(max_length=254, blank=True)

    class Meta:
        app_label = "import_export"


class Persons(ModelResource):
    class Meta:
        model = Person
        import_id_fields = ("number",)
        use_bulk = True
        batch_size = 1000
        use_transactions = True
        skip_unchanged = True


def main() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    people = tablib.Dataset().load((FOLDER / "people.csv").read_text(), format="csv")
    began = perf_counter()
    result = Persons().import_data(people, raise_errors=True)
    took = perf_counter() - began
    assert result.totals["new"] == Person.objects.count() == len(people)
    print(took)


if __name__ == "__main__":
    main()
