"""A real HTTP server on loopback that plays a Zermelo portal for the practice school, with faults to set."""

import json
import threading
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from app.clock import AMSTERDAM
from app.roster.practice import make_practice_school
from app.roster.zermelo import ZermeloSource

TODAY = date(2026, 10, 5)
TOKEN = "t0k3n"
HTML = b"<html><body>Onderhoud</body></html>"


class Portal:
    """All lists as plain dicts. `flat`: which of a filter's fields say to which record it belongs."""

    def __init__(self, pupils=60, staff=8, seed=1):
        roster = make_practice_school("99ZZ", pupils, seed, None, TODAY, guardians=pupils, staff=staff)
        self.schoolsinschoolyears = [
            {
                "id": 7,
                "year": 2026,
                "school": 3,
                "schoolName": "De Zilverlinde",
                "archived": False,
                "schoolHrmsCode": None,
            }
        ]
        self.branchesofschools, self.departmentsofbranches, self.groupindepartments = [], [], []
        self.users, self.studentsindepartments, self.appointments = [], [], []
        branches = {}
        for number, place in enumerate(roster.locations, 20):
            branches[place.key] = number
            self.branchesofschools.append({"id": number, "branch": place.name[:3].lower(), "name": place.name} | OWN)
        departments, groups, self.homes = {}, {}, {}
        for number, group in enumerate(roster.groups, 300):
            where = group.location_key, group.year_of_study
            if where not in departments:
                departments[where] = len(departments) + 100
                record = {
                    "id": departments[where],
                    "code": f"j{group.year_of_study}",
                    "yearOfEducation": group.year_of_study,
                }
                self.departmentsofbranches.append(record | {"branchOfSchool": branches[group.location_key]} | OWN)
            name = group.name.casefold()
            groups[group.key] = self.homes[number] = {
                "id": number,
                "name": name,
                "extendedName": f"j{group.year_of_study}.{name}",
                "isMainGroup": group.is_home,
                "isMentorGroup": False,
                "departmentOfBranch": departments[where],
            }
            self.groupindepartments.append(groups[group.key] | OWN)
        members, teachers = {}, {}
        for pupil in roster.pupils:
            self.users.append(user(pupil, pupil.number, isStudent=True, isEmployee=False))
            self.studentsindepartments.append(
                {
                    "student": pupil.number,
                    "departmentOfBranch": departments[pupil.location_key, pupil.year_of_study],
                    "participationWeight": 1.0,
                    "mainGroup": groups[pupil.group_key]["id"],
                }
            )
            for key in (pupil.group_key, *pupil.group_keys):
                members.setdefault(key, []).append(pupil.number)
        for number, member in enumerate(roster.staff):
            self.users.append(user(member, f"doc{number}", isStudent=False, isEmployee=True))
            for key in member.group_keys or (roster.groups[0].key,):
                teachers.setdefault(key, []).append(f"doc{number}")
        for group in roster.groups:
            if members.get(group.key):
                self.lesson(
                    groups[group.key], branches[group.location_key], members[group.key], teachers.get(group.key, [])
                )

    def lesson(self, group, branch, students, teachers, day=TODAY - timedelta(days=4), **values):
        """One appointment; gives it."""
        start = int(datetime(day.year, day.month, day.day, 9, tzinfo=AMSTERDAM).timestamp())
        standard = {"id": len(self.appointments), "start": start, "end": start + 3000, "type": "lesson"}
        standard |= {"groups": [group["extendedName"]], "students": students, "teachers": teachers}
        self.appointments.append(standard | {"valid": True, "cancelled": False, "branchOfSchool": branch} | values)
        return self.appointments[-1]

    def user(self, code):
        return next(one for one in self.users if one["code"] == code)


OWN = {"schoolInSchoolYear": 7}


def user(person, code, **flags):
    names = {"firstName": person.first_name, "prefix": person.prefix, "lastName": person.last_name}
    return {"code": code, **names, "email": person.email, "archived": False, "schoolInSchoolYears": [7], **flags}


class ZermeloPlayer:
    """`faults`: (status, body, headers), one per request. `forbidden`: names of lists. `hidden`: names of fields."""

    def __init__(self, **school):
        self.portal = Portal(**school)
        self.faults: list[tuple[int, bytes, dict]] = []
        self.forbidden: set[str] = set()
        self.hidden: set[str] = set()
        self.denied: set[str] = set()  # fields that say so
        self.unknown_fields: dict[str, set[str]] = {}  # by list: fields that make it refuse the question
        self.inside = False  # problems come with status 200 and their own in the envelope
        self.asked: list[str] = []
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"player": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.settings = {"base_url": self.url, "key": TOKEN}

    def source(self, today=TODAY, off=frozenset(), pauses=None, **changed):
        sleep = (lambda seconds: None) if pauses is None else pauses.append
        return ZermeloSource({**self.settings, **changed}, "99ZZ", today, switched_off=off, sleep=sleep)

    def fetch(self, *today, **changed):
        return self.source(*today, **changed).fetch()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *problem):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_told):
        """Who hangs up on half an answer is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *parts):
        """Keeps the output of the tests clean."""

    def do_GET(self):
        player, parts = self.player, urlsplit(self.path)
        player.asked.append(self.path)
        if player.faults:
            return self.send_bytes(*player.faults.pop(0))
        name = parts.path.removeprefix("/api/v3/")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.problem(401)
        records = getattr(player.portal, name, None)
        if not isinstance(records, list):
            return self.problem(404)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        if name in player.forbidden or {f"{name}?{key}" for key in query} & player.forbidden:
            return self.problem(403)
        fields = query.pop("fields").split(",")
        if not player.unknown_fields.get(name, set()).isdisjoint(fields):
            return self.problem(400)
        start, end = int(query.pop("start", 0)), int(query.pop("end", 1 << 40))
        found = [one for one in records if start <= one.get("start", start) < end and fits(one, query)]
        return self.answer(200, [self.visible(one, fields) for one in found])

    def visible(self, one, fields):
        player = self.player
        shown = {key: value for key, value in one.items() if key in fields and key not in player.hidden}
        return shown | {key: "Access Denied" for key in player.denied if key in one and key in fields}

    def problem(self, status):
        self.answer(200 if self.player.inside else status, [], status)

    def answer(self, status, data, told=None):
        counters = {"startRow": 0, "endRow": len(data), "totalRows": len(data)}
        body = {
            "response": {"status": told or status, "message": "", "details": "", "eventId": 0, **counters, "data": data}
        }
        self.send_bytes(status, json.dumps(body).encode(), {})

    def send_bytes(self, status, content, headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        if "Content-Length" in headers:
            self.close_connection = True


def fits(one, query):
    """Whether a record has what the filter wants. A user is of several school years."""
    for key, wanted in query.items():
        value = (
            one.get("schoolInSchoolYears")
            if key == "schoolInSchoolYear" and "schoolInSchoolYears" in one
            else one.get(key)
        )
        if isinstance(value, list):
            if wanted not in map(str, value):
                return False
        elif str(value).lower() != wanted:
            return False
    return True


@contextmanager
def playing(**school):
    with ZermeloPlayer(**school) as player:
        yield player
