"""Who may read and write a case (contract §5), over every role."""

import pytest

from routing.domain.case import EventKind
from routing.domain.permissions import FIRM, SYSTEM, Actor, Role, may_read, may_write
from tests.harness.branch import case_after, event
from tests.harness.cast import LAND, SERVICE

OWN = Actor(name="a", email="alice@kp.example", role=Role.OFFICER, unit=LAND)
OTHER = Actor(name="c", email="carol@kp.example", role=Role.OFFICER, unit=SERVICE)
NO_UNIT = Actor(name="n", email="n@kp.example", role=Role.OFFICER)
BOSS = Actor(name="s", email="sue@kp.example", role=Role.SUPERVISOR)
ADMIN = Actor(name="d", email="adam@kp.example", role=Role.ADMIN)
POWER = Actor(name="t", email="tai@kp.example", role=Role.PARTNER, agency="taipower")
TAX = Actor(name="x", email="nina@kp.example", role=Role.PARTNER, agency="ntb")
LOST = Actor(name="l", email="l@kp.example", role=Role.PARTNER)

SECRET = event(EventKind.CONFIDENTIAL, 1, confidential=True)
GIVEN_AWAY = event(EventKind.ASSIGNED, 2, to="carol@kp.example")
ASKED = event(EventKind.WAITING, 3, on="agency", agency="taipower")
ON_FIRM = event(EventKind.WAITING, 3, on="firm")
OVER = event(EventKind.RESUMED, 4)

TABLE = [
    ("plain", [], OWN, True, True),
    ("plain", [], OTHER, True, False),
    ("plain", [], NO_UNIT, True, False),
    ("plain", [], BOSS, True, True),
    ("plain", [], ADMIN, True, True),
    ("plain", [], POWER, False, False),
    ("plain", [], SYSTEM, True, True),
    ("plain", [], FIRM, True, True),
    ("given to somebody elsewhere", [GIVEN_AWAY], OTHER, True, True),
    ("confidential", [SECRET], OWN, True, True),
    ("confidential", [SECRET], OTHER, False, False),
    ("confidential", [SECRET], BOSS, True, True),
    ("confidential, given to somebody elsewhere", [SECRET, GIVEN_AWAY], OTHER, True, True),
    ("asked of the agency", [ASKED], POWER, True, True),
    ("asked of the agency", [ASKED], TAX, False, False),
    ("asked of the agency", [ASKED], LOST, False, False),
    ("asked of the agency, which is over", [ASKED, OVER], POWER, False, False),
    ("waits on the firm", [ON_FIRM], LOST, False, False),
    ("confidential, asked of the agency", [SECRET, ASKED], POWER, True, True),
]


@pytest.mark.parametrize(
    ("events", "actor", "read", "write"), [r[1:] for r in TABLE], ids=[f"{r[0]}-{r[2].name}" for r in TABLE]
)
def test_reading_and_writing(events, actor, read, write):
    case = case_after(*events)
    assert (may_read(actor, case), may_write(actor, case)) == (read, write)
