"""Cases under watch (列管) and cases put off (暫緩): at every door, and what brings one back."""

from datetime import timedelta

import pytest

from knowledge.calendar.office_calendar import local
from routing.domain.case import Outcome
from routing.domain.dialogue.placement import Reason
from routing.domain.errors import Invalid
from routing.domain.permissions import SYSTEM
from routing.service.cases import commands, extensions, following, from_firm
from routing.service.cases import queue as case_queue
from routing.store.conversation.schema import Message
from tests.harness.branch import importable, unnotified
from tests.harness.cast import ALICE, SUE, TAI, email
from tests.harness.pages import Visitor
from tests.harness.service import Service


def snoozed_for(branch, number, days):
    day = local(branch.now).date() + timedelta(days=days)
    with branch.hold(number, ALICE) as locked:
        following.snooze(locked, day.isoformat())
    return day


def in_queue(branch, **narrow):
    values = {"view": "mine", "category": None, "status": None, "q": None, **narrow}
    with branch.database.reading() as session:
        found = case_queue.own_queue(session, branch.office, branch.actor(ALICE), now=branch.now, **values)
        return [line.row.number for name in case_queue.GROUPS for line in found.group(name)]


def firm_writes(locked):
    row = locked.row
    message = Message(case_id=row.id, contact_id=row.contact_id, direction="in", kind="text", text="補充",
                      at=locked.now, via="line")  # fmt: skip
    locked.session.add(message)
    locked.session.flush()
    from_firm.firm_message(locked, message, piece=False, placed_by=Reason.NUMBER)


def partner_answers(branch, number):
    with branch.hold(number, ALICE) as locked:
        commands.wait(locked, "agency", message="請確認", agency="taipower", notify=unnotified)
    snoozed_for(branch, number, 2)
    with branch.hold(number, TAI) as locked:
        commands.note(locked, "已確認", notify=unnotified)


def by_system(act):
    def do(branch, number):
        with branch.hold(number, SYSTEM) as locked:
            act(locked)

    return do


def by(who, act):
    def do(branch, number):
        with branch.hold(number, who) as locked:
            act(locked)

    return do


BACK = {
    "the firm writes": by_system(firm_writes),
    "the firm asks to be called": by_system(from_firm.ask_call),
    "the agency answers": partner_answers,
    "it is given to somebody": by(SUE, lambda locked: commands.assign(locked, ALICE, notify=unnotified)),
    "more days are asked for": by(
        ALICE, lambda locked: extensions.ask(locked, 2, reason="x", notify=unnotified)
    ),
    "the day comes": lambda branch, _number: branch.later(days=2),
}  # fmt: skip
STAYS = {
    "a note": by(ALICE, lambda locked: commands.note(locked, "x", notify=unnotified)),
    "an answer": by(ALICE, lambda locked: commands.reply(locked, "x", via="phone", notify=unnotified)),
    "a wait on the firm": by(ALICE, lambda locked: commands.wait(locked, "firm", message="x", notify=unnotified)),
}


@pytest.mark.parametrize("what", BACK)
def test_a_case_that_is_put_off_comes_back_when_somebody_has_to_look_at_it(branch, number, what):
    assert in_queue(branch) == [number]
    if what == "it is given to somebody":
        by(SUE, lambda locked: commands.assign(locked, None, notify=unnotified))(branch, number)
    snoozed_for(branch, number, 2)
    assert in_queue(branch) == []
    BACK[what](branch, number)
    assert in_queue(branch) == [number]


@pytest.mark.parametrize("what", STAYS)
def test_what_the_officer_does_leaves_it_put_off_and_moves_no_date(branch, number, what):
    before = branch.row(number).promised_on
    day = snoozed_for(branch, number, 2)
    assert (branch.row(number).snoozed_until, branch.row(number).promised_on) == (day, before)
    STAYS[what](branch, number)
    assert in_queue(branch) == []
    assert in_queue(branch, mark="snoozed") == in_queue(branch, q=number) == [number]


def test_what_is_due_is_never_hidden(branch, number):
    snoozed_for(branch, number, 60)
    branch.later(days=2)
    assert in_queue(branch) == []
    branch.later(days=1)
    assert local(branch.now).date() == branch.row(number).promised_on
    assert in_queue(branch) == [number]
    branch.later(days=7)
    assert in_queue(branch) == [number]


def test_a_case_stays_under_watch_after_its_close_until_it_is_lifted(branch, number):
    with branch.hold(number, ALICE) as locked:
        following.watch(locked, watched=True)
        following.watch(locked, watched=True)
        commands.close(locked, Outcome.WITHDRAWN, summary="x", notify=unnotified)
    assert branch.row(number).watched
    assert [event.event for event in branch.events(number)].count("watched") == 1
    with branch.hold(number, ALICE) as locked:
        following.watch(locked, watched=False)
    assert not branch.row(number).watched
    importable(branch, number)


@pytest.mark.parametrize("until", ["2026-03-02", "2026-02-28", "soon"])
def test_a_day_that_is_not_still_to_come_is_refused(branch, number, until):
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        following.snooze(locked, until)
    assert refused.value.field == "until"


def test_programs_and_the_desk_set_and_find_both_and_the_trail_says_who(database_url):
    with Service(database_url) as service:
        number, other = service.opened(), service.opened()
        tomorrow = (local(service.now).date() + timedelta(days=1)).isoformat()
        watched = service.post("alice", f"/cases/{number}/watch", {"watched": True})
        assert (watched.status_code, watched.json()["marks"]) == (200, ["watched"])
        put_off = service.post("alice", f"/cases/{number}/snooze", {"until": tomorrow})
        assert (put_off.json()["snoozed_until"], put_off.json()["marks"]) == (tomorrow, ["watched", "snoozed"])
        for mark in ("watched", "snoozed"):
            assert [one["number"] for one in service.get("bob", "/cases", mark=mark).json()["items"]] == [number]
        assert service.post("carol", f"/cases/{number}/watch", {"watched": False}).status_code == 403
        assert service.post("tai", f"/cases/{number}/snooze", {"until": tomorrow}).status_code == 404
        for body in ({}, {"until": "x"}, {"until": service.now.date().isoformat()}):
            assert service.post("alice", f"/cases/{number}/snooze", body).status_code == 422
        stale = service.post("alice", f"/cases/{number}/watch", {"watched": False}, If_Match='"1"')
        assert stale.status_code == 412

        alice = Visitor(service, "alice")
        page = alice.get("/desk")
        assert number not in page.text
        assert other in page.text
        assert "列管 1 件" in page.text
        assert "暫緩 1 件" in page.text
        assert "暫緩至" in alice.get("/desk?view=mine&mark=snoozed").text
        shown = alice.step(number, "snooze", until="")
        assert "已恢復顯示於待辦" in shown.text
        assert "已解除列管" in alice.send(shown, "/watch").text
        events = service.get("alice", f"/cases/{number}").json()["events"]
        assert [(one["event"], one["by"]) for one in events[-4:]] == [
            (word, email("alice")) for word in ("watched", "snoozed", "snoozed", "watched")
        ]
        assert "列管設定" in Visitor(service, "adam").get("/desk/admin/audit").text
