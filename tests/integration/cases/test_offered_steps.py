"""What a person may do now: each step, in each state, is offered to somebody exactly if it is accepted (contract §5).

The steps, their bodies and use cases are read from the one table, so a new step is covered when it stands there.
"""

from dataclasses import replace

import pytest

from bot.web.case_steps import CASE_STEPS
from bot.web.errors import status_of
from knowledge.calendar.office_calendar import local
from routing.domain import steps
from routing.domain.case import Kind, Outcome, Status
from routing.domain.errors import Forbidden, NotFound, StepNotAllowed
from routing.domain.permissions import SYSTEM, Role
from routing.service.cases import commands, extensions, locked_case
from routing.store.land.schema import PlotRow
from tests.harness.branch import ENDING, unnotified
from tests.harness.cast import ALICE, CAROL, SAFETY, SUE, TAI, email
from tests.harness.service import Service

ADAM, BOB, NINA = (f"{name}@kp.example" for name in ("adam", "bob", "nina"))
OTHER = "KP-1150302-0002"
EVERYBODY = (ALICE, CAROL, SUE, ADAM, TAI, NINA)
BODIES = {
    "reply": {"text": "已說明。", "via": "phone"}, "note": {"text": "已查。"}, "assignment": {"assignee": BOB},
    "category": {"category": "tax", "reason": "x"}, "kind": {"kind": "PET", "reason": "x"},
    "wait_firm": {"message": "請補件。"}, "wait_agency": {"agency": "ntb", "message": "請確認。"}, "resume": {},
    "plots": {"plots": [1]}, "consult": {"unit": SAFETY, "question": "請協助確認。"},
    "extension": {"days": 2, "reason": "x"}, "approval": {"approve": True, "note": "x"},
    "close": {"outcome": "answered", "summary": "x", "agency": "taipower", "into": OTHER, "consultation": "withdrawn",
              "extension": "withdrawn"},
    "extension_seen": {}, "correct": {"subject": "更正"},
    "reopen": {"reason": "x"}, "confidential": {"confidential": True},
    "draft": {"text": "x", "via": "phone"}, "merge": {"into": OTHER, "reason": "x"},
    "link": {"number": OTHER, "relation": "related"},
    "watch": {"watched": True}, "snooze": {"until": "2027-01-01"},
    "rating": {"score": 4, "via": "phone", "text": ""}, "called": {"reached": True, "note": ""},
}  # fmt: skip


def reply(branch, number):
    with branch.hold(number, ALICE) as locked:
        commands.reply(locked, "已說明。", notify=unnotified, via="phone")


def wait_on(branch, number, on, agency=None):
    with branch.hold(number, ALICE) as locked:
        commands.wait(locked, on, message="x", agency=agency, notify=unnotified)


def close(branch, number, outcome=Outcome.WITHDRAWN):
    with branch.hold(number, ALICE) as locked:
        commands.close(locked, outcome, summary="x", notify=unnotified, ending=ENDING)


def ask(branch, number):
    with branch.hold(number, ALICE) as locked:
        extensions.ask(locked, 2, reason="x", notify=unnotified)


def refuse(branch, number):
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=False, note="請如期", notify=unnotified)


def application(branch, number):
    with branch.hold(number, SUE) as locked:
        commands.change_kind(locked, Kind.APP, filed_at=None, reason="x", notify=unnotified)
        extensions.ask(locked, 2, reason="x", notify=unnotified)


def give_to_sue(branch, number):
    with branch.hold(number, SUE) as locked:
        commands.assign(locked, SUE, notify=unnotified)
        extensions.ask(locked, 2, reason="x", notify=unnotified)


def unassign(branch, number):
    with branch.hold(number, ALICE) as locked:
        commands.assign(locked, None, notify=unnotified)


def hide(branch, number):
    """With the case that it could be merged into: what is said in it is not taken to where others read."""
    for one in (number, OTHER):
        with branch.hold(one, SUE) as locked:
            CASE_STEPS["confidential"].do(locked, body_of("confidential"), unnotified)


def rate(branch, number):
    with branch.hold(number, ALICE) as locked:
        CASE_STEPS["rating"].do(locked, body_of("rating"), unnotified)


def draft(branch, number):
    with branch.hold(number, ALICE) as locked:
        CASE_STEPS["draft"].do(locked, body_of("draft"), unnotified)


def late(branch, number):
    branch.later(days=20)


STATES = {
    "received": [unassign], "assigned": [], "in_progress": [reply],
    "waiting_firm": [lambda b, n: wait_on(b, n, "firm")],
    "waiting_agency": [reply, lambda b, n: wait_on(b, n, "agency", "taipower")],
    "closed": [reply, lambda b, n: close(b, n, Outcome.ANSWERED)],
    "closed and rated": [reply, lambda b, n: close(b, n, Outcome.ANSWERED), rate],
    "closed without an answer": [close],
    "extension asked for": [ask], "extension refused": [ask, refuse], "an application once extended": [application],
    "a supervisor's own request": [give_to_sue], "late": [late], "late, extension asked for": [ask, late],
    "confidential": [hide], "an answer waits for approval": [draft],
}  # fmt: skip


def body_of(name, **changes):
    step = CASE_STEPS[name]
    return step.body.model_validate({**BODIES[name], **step.fixed, **changes})


def attempt(locked, name, body):
    """Take one step, of which nothing stays; gives the refusal, or None."""
    point = locked.session.begin_nested()
    try:
        CASE_STEPS[name].do(replace(locked), body, unnotified)
    except (Forbidden, StepNotAllowed) as refused:
        return refused
    else:
        return None
    finally:
        point.rollback()


def surprises(locked):
    """The steps whose refusal or acceptance is not as it was foretold, for every value that matters."""
    told = steps.offered(locked.case, locked.actor, late=locked.late)
    for name in CASE_STEPS:
        choices = told.get(name, {})
        values = [{}, *({field: value} for field, left in choices.items() for value in left)]
        for changes in values:
            sent = {**BODIES[name], **changes}
            expected = name in told and all(sent[field] in left for field, left in choices.items())
            refused = attempt(locked, name, body_of(name, **changes))
            if expected != (refused is None) or (refused and status_of(refused) not in {403, 409}):
                yield locked.actor.email, name, changes, refused


@pytest.fixture
def people(branch):
    branch.staff("bob")
    branch.staff("adam", Role.ADMIN)
    branch.staff("nina", Role.PARTNER, agency="ntb")
    with branch.database.writing() as session:
        day = local(branch.now).date()
        session.add(PlotRow(id=1, park="楠梓", code="A-1", area=800, as_of=day, imported_at=branch.now))
    return branch


def test_every_step_has_its_row_its_body_and_its_example():
    assert set(CASE_STEPS) == set(steps.STEPS) == set(BODIES)
    assert {step.rule.event for step in CASE_STEPS.values()} == {step.event for step in steps.STEPS.values()}
    assert set(Status) <= set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_offered_is_accepted_and_what_is_not_offered_is_refused(people, state):
    """Also for each value that the state leaves of a field, and for those that it does not leave."""
    branch, number = people, people.open(by=ALICE, contact_id=people.contact())
    assert branch.open(by=ALICE) == OTHER
    with branch.hold(number, SUE) as locked:
        commands.assign(locked, ALICE, notify=unnotified)
    for done in STATES[state]:
        done(branch, number)
    wrong, shut_out = [], set()
    for who in EVERYBODY:
        try:
            with branch.hold(number, who) as locked:
                wrong += surprises(locked)
        except (Forbidden, NotFound):
            shut_out.add(who)
    assert wrong == []
    assert shut_out == {CAROL, TAI, NINA} - ({TAI} if state == "waiting_agency" else set())
    with branch.database.reading() as session:
        _, case = locked_case.find(session, number, SYSTEM)
        assert not any(steps.offered(case, branch.actor(who), late=True) for who in shut_out)


def test_the_actions_of_a_case_are_calls_that_are_taken(database_url):
    """A program does what it is offered by the address and the fixed values that it is given, and nothing else."""
    with Service(database_url) as service:
        number = service.opened()
        taken = set()
        for name in ("note", "wait_firm", "resume", "reply", "extension", "confidential", "close", "reopen"):
            found = {one["step"]: one for one in service.get("sue", f"/cases/{number}").json()["actions"]}
            assert list(found) == [step for step in CASE_STEPS if step in found]
            action = found[name]
            body = {**BODIES[name], **action["fixed"]}
            answer = service.ask(action["method"], action["path"], json=body, headers=service.headers("sue"))
            assert answer.status_code in {200, 201}, answer.text
            taken.add(name)
        assert taken >= {"close", "reopen"}
        assert service.get("carol", f"/cases/{number}").status_code == 404
        asked = service.asked_of("taipower")
        assert [one["step"] for one in service.get("tai", f"/cases/{asked}").json()["actions"]] == ["note"]
        assert service.get("carol", f"/cases/{asked}").json()["actions"] == []
        only = {one["step"]: one for one in service.get("alice", f"/cases/{asked}").json()["actions"]}["close"]
        assert only["choices"] == {
            "outcome": ["referred", "withdrawn", "duplicate", "declined"],
            "consultation": ["answered", "withdrawn"],
        }
        assert only["path"] == f"/api/v1/cases/{asked}/close"
        given = service.post("sue", f"/cases/{number}/assignment", {"assignee": email("bob")})
        assert "actions" not in given.json()
