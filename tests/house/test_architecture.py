"""The rooms of the app and who may open which door. Change these tables on purpose, or not at all."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
FLOOR = {"extensions", "errors", "clock"}
RULES = {"services", "models"} | FLOOR
ENTRANCE_TOOLS = {"actor", "headers", "own_page", "templating"}
MAY_IMPORT = {  # room: the rooms of this app it may import; arrows only go down
    "extensions": set(),
    "errors": set(),
    "clock": set(),
    "logs": set(),
    "letters": set(),
    "models": {"extensions", "clock"},
    "roster": {"errors", "clock"},
    "services": {"letters", "models", "roster", *FLOOR},
    "headers": set(),
    "own_page": set(),
    "actor": {"extensions", "models", "services"},
    "templating": {"actor", *RULES},
    "admin": ENTRANCE_TOOLS | RULES | {"letters", "roster"},
    "auth": ENTRANCE_TOOLS | RULES,
    "pages": ENTRANCE_TOOLS | RULES | {"logs"},
    "work": RULES | {"roster", "logs"},
    "cli": RULES | {"roster", "scheduler", "work", "logs"},
    "scheduler": RULES | {"work", "logs"},
    "__init__": {"actor", "admin", "auth", "cli", "extensions", "headers", "logs", "pages", "scheduler", "templating"},
}
WEB = {"admin", "auth", "pages", "headers", "actor", "own_page", "templating", "__init__"}
ONLY_IN = {  # outside package: the rooms that may know it
    "apscheduler": {"scheduler"},
    "argon2": {"services"},
    "flask": WEB | {"cli", "scheduler", "work"},
    "flask_admin": {"admin"},
    "flask_login": {"admin", "auth", "pages", "actor", "templating", "extensions", "models"},
    "flask_mail": {"extensions", "work"},
    "flask_wtf": {"admin", "auth", "pages", "extensions"},
    "httpx": {"roster"},
    "lxml": {"roster"},
    "markdown_it": {"pages"},
    "nh3": {"pages"},
    "PIL": {"letters"},
    "reportlab": {"letters"},
    "segno": {"letters"},
    "wtforms": {"admin", "auth"},
}
READS_THE_CLOCK = {"now", "today"}
FILES = sorted(APP.rglob("*.py"))
OURS = FILES + sorted((ROOT / "tests").rglob("*.py")) + sorted(ROOT.glob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str:
    return path.relative_to(APP).with_suffix("").parts[0]


def imports_of(path: Path):
    """(room or package, names, is it ours) for every import in the file."""
    here = path.relative_to(APP).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in getattr(node, "names", [])] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            below = here[: len(here) - (node.level - 1)] if node.level else ()
            full = (*below, *(node.module.split(".") if node.module else ()))
            ours = bool(node.level) or full[0] == APP.name
            full = full if node.level or not ours else full[1:]
            for room in [full[0]] if full else names:
                yield room, names, ours
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split(".")[0], [], False


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_rooms_use_only_the_doors_they_have(path):
    room = room_of(path)
    for name, names, ours in imports_of(path):
        if ours and name != room:
            assert name in MAY_IMPORT[room], f"{room} may not import {name} ({', '.join(names)})"
        if not ours and name in ONLY_IN:
            assert room in ONLY_IN[name], f"{name} may be used only in {sorted(ONLY_IN[name])}"


@pytest.mark.parametrize("path", [path for path in FILES if room_of(path) in {"services", "models"}], ids=name_of)
def test_rules_get_the_time_as_an_argument(path):
    """Services never read the clock, the request or the logged-in user; so they run in a test, a command and a view."""
    for name, names, ours in imports_of(path):
        if ours and name == "clock":
            assert not READS_THE_CLOCK & set(names), "pass `now` instead"
        if ours and name == "extensions":
            assert not {"db", "transaction"} & set(names), "pass the session; entrances commit"


@pytest.mark.parametrize("path", [path for path in FILES if room_of(path) == "services"], ids=name_of)
def test_services_never_commit(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"commit", "rollback"}, f"line {node.lineno}: the entrance commits"


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_file_grows_past_250_lines(path):
    length = len(path.read_text().splitlines())
    assert length <= 250, "split it by subject"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_function_is_too_long_to_read(path):
    """We aim at 30 lines; one long query may pass that, never 50."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length <= 50, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text())), "a module starts with what it is"


def test_no_file_is_called_after_nothing():
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "data", "info"}
    assert not [name_of(path) for path in FILES if path.stem in vague]


def test_the_choices_of_a_school_are_written_in_one_place():
    """Written whole: whoever does not lock the row first, loses what another one wrote (services/exchange.py)."""
    writers = [name_of(path) for path in FILES if ".exchange = " in path.read_text()]
    assert writers == ["app/services/exchange.py"]


def test_the_table_knows_every_room():
    assert {room_of(path) for path in FILES} <= MAY_IMPORT.keys()
