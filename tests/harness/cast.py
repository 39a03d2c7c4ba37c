"""Who plays in tests: the people of the branch and of its partners, by name.

Alice and Bob are of the unit that has land and construction, Carol is of another, Sue supervises, Adam administers;
Tai is of the power company and Nina of the tax bureau. Olga, Otto, Ivan and Emma are one officer a unit, for tests that
have to know who gets a case.
"""

from __future__ import annotations

from routing.domain.permissions import Role

LAND, SERVICE, SAFETY, OPERATIONS = "用地工程科", "投資服務科", "環安勞動科", "營運管理科"

CAST = {
    "alice": (Role.OFFICER, LAND, None),
    "bob": (Role.OFFICER, LAND, None),
    "carol": (Role.OFFICER, SERVICE, None),
    "sue": (Role.SUPERVISOR, None, None),
    "adam": (Role.ADMIN, None, None),
    "tai": (Role.PARTNER, None, "taipower"),
    "nina": (Role.PARTNER, None, "ntb"),
}
"""Role, unit and agency."""
ONE_A_UNIT = {
    "olga": (Role.OFFICER, LAND, None),
    "otto": (Role.OFFICER, SERVICE, None),
    "ivan": (Role.OFFICER, OPERATIONS, None),
    "emma": (Role.OFFICER, SAFETY, None),
    "sue": CAST["sue"],
}


def email(name: str) -> str:
    """The address of one of the people."""
    return f"{name}@kp.example"


ALICE, CAROL, SUE, TAI = (email(name) for name in ("alice", "carol", "sue", "tai"))
