"""What is compared after each step of the machine: the school as it is known, and as the model says."""

from tests.exchange.machine_school import GUARDIAN, PUPIL


def chosen(many, n):
    """The nth of these, counted round."""
    many = list(many)
    return many[n % len(many)]


def different(known, school):
    """What is otherwise known than the model says: {what: (known, expected)}."""
    pairs = {name: (set(items(value)), set(items(vars(school)[name]))) for name, value in vars(known).items()}
    return {name: (one - other, other - one) for name, (one, other) in pairs.items() if one != other}


def items(many):
    return many.items() if isinstance(many, dict) else many


def facts(school, mark):
    """What a line in the log tells of: the person, and the links that are told with that person."""
    one = school.people.get(mark)
    if one is None:
        return None
    links = [{group for who, group in school.groups if who == mark}]
    if mark[0] == PUPIL:
        links.append({member for who, member in school.mentors if who == mark})
    if mark[0] == GUARDIAN:
        links.append({(pupil, how) for (who, pupil), how in school.pairs.items() if who == mark})
    return one.number, one.last, one.email, one.here, one.place, mark in school.pins, links


def happened(old, new):
    if old is None:
        return "new"
    return "changed" if old.here == new.here else "returned" if new.here else "gone"


def named(pairs, school):
    """The pairs by who is who in this school; and as they were, for who was split since."""
    return {tuple(map(school.owner, pair)) for pair in pairs} | set(pairs)


def mergeable(school):
    """Two of one kind, without a pin of the second, and with an account for one of them at most."""
    people, owners = sorted(school.people), set(school.accounts.values())
    return [
        (one, other)
        for one in people
        for other in people
        if one != other and one[0] == other[0] and other not in school.pins and not {one, other} <= owners
    ]
