"""Words that stand in cells for what we have a value of our own for."""

from collections.abc import Mapping
from typing import Final

YES: Final = {"ja", "j", "yes", "y", "true", "waar", "1", "x"}
NO: Final = {"nee", "n", "no", "false", "onwaar", "0", "-"}
M: Final = "m"  # a man or a girl: the whole column says which (formats.md 10)
GENDERS: Final[Mapping[str, str]] = {
    "m": M,
    **dict.fromkeys(["man", "male", "jongen", "j", "1", "heer", "dhr", "dhr."], "male"),
    **dict.fromkeys(
        ["v", "vrouw", "female", "f", "meisje", "2", "w", "mevrouw", "mw", "mw.", "mevr", "mevr."], "female"
    ),
    **dict.fromkeys(["0", "9", "o", "onbekend", "unknown", "u", "x", "anders", "other", "-"], "unknown"),
}
# Whether a sort of group is a home class.
SORTS: Final = {
    **dict.fromkeys(("stamgroep", "stamklas", "klas", "mentorgroep", "class", "home group", "home class"), True),
    **dict.fromkeys(("lesgroep", "clustergroep", "cluster", "vakgroep", "teaching group", "scheduled"), False),
}
_MONTH_NAMES: Final = (
    *("jan januari", "feb februari", "mrt maart", "apr april", "mei", "jun juni", "jul juli", "aug augustus"),
    *("sep sept september", "okt oktober oct", "nov november", "dec december"),
)
MONTHS: Final = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
