"""What a change names beside its own record is kept by id, so that reach never rests on a name (R47, part 7 nr 5)."""

import json

from app.services.roster.apply import fields_as_json
from app.services.runs.outcome import shown_changes
from tests.roster.roster_world import GROUP, guardian, imported, pair, person, plan, pupil, roster, staff

OTHER_GROUP = GROUP._replace(key="g2b", name="2B")
KNOWN = imported(roster(pupil(), guardian(), pair(), staff()))


def test_known_records_are_kept_as_ids_and_new_ones_by_name_r47():
    newcomer = staff("50002", first_name="Ad", last_name="Aalst")
    told = pupil(group_key="g2b", mentor_keys=("m50001", "m50002"))
    later = plan(roster(told, guardian(), pair(), staff(), newcomer, groups=(GROUP, OTHER_GROUP)), KNOWN)

    line = next(one for one in shown_changes(later) if one["kind"] == "pupil")
    beek, group = person(KNOWN, "staff", "50001").id, KNOWN.groups[0].id
    assert line["fields"] == [["group", [group], ["2B"]], ["mentors", None, ["Aalst, Ad", beek]]]
    json.dumps(line)


def test_a_child_of_a_guardian_is_kept_as_its_id_r47():
    child = person(KNOWN, "pupil", "100001").id
    later = plan(roster(pupil(), pupil("100002"), guardian(), pair(pupil="100002"), staff()), KNOWN)

    line = next(one for one in shown_changes(later) if one["kind"] == "guardian")
    assert sorted(line["fields"], key=repr) == [["pupil", None, ["Berg, Sanne van den"]], ["pupil", [child], None]]


def test_the_audit_log_keeps_the_names_r89():
    later = plan(roster(pupil(mentor_keys=("m50001",)), guardian(), pair(), staff()), KNOWN)

    change = next(one for one in later.changes if one.kind == "pupil")
    assert json.loads(json.dumps(fields_as_json(change))) == {"mentors": [None, "Beek, Lies"]}
