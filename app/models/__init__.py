"""What we store. Rules that need only one row live here; rules that need more live in services."""

from .accounts import Account, AccountLocation, IssuedSecret, KnownDevice, LoginSession, Role, Seat, Throttle
from .combinations import PlaceSet, PlaceSetLocation, Route, RouteYear
from .operations import AuditLine, Batch, BatchItem, Heartbeat, OutboxMail, SyncMessage, SyncRun, Upload
from .organisation import Institution, Location, LocationKey, NewsItem, SourceConnection
from .people import (
    Enrolment,
    Gender,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Mentor,
    Person,
    PersonKey,
    PersonKind,
    PersonLocation,
)

__all__ = [
    "Account",
    "AccountLocation",
    "AuditLine",
    "Batch",
    "BatchItem",
    "Enrolment",
    "Gender",
    "Group",
    "GroupPupil",
    "GroupStaff",
    "Guardianship",
    "Heartbeat",
    "Institution",
    "IssuedSecret",
    "KnownDevice",
    "Location",
    "LocationKey",
    "LoginSession",
    "Mentor",
    "NewsItem",
    "OutboxMail",
    "Person",
    "PersonKey",
    "PersonKind",
    "PersonLocation",
    "PlaceSet",
    "PlaceSetLocation",
    "Role",
    "Route",
    "RouteYear",
    "Seat",
    "SourceConnection",
    "SyncMessage",
    "SyncRun",
    "Throttle",
    "Upload",
]
