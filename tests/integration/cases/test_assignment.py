"""Giving cases out with real rows: absence, queues, sweeps, and two hands reaching for one case (traps A1–A8)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from routing.domain.errors import Invalid
from routing.service.cases import assignment
from routing.service.cases import commands as case_commands
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.accounts import queries as account_store
from tests.harness.branch import push
from tests.harness.cast import ALICE, CAROL, LAND, SAFETY, SERVICE, SUE, TAI


def sweep(branch, **limits):
    units_of_work = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    return assignment.sweep(units_of_work, now=branch.now, **limits)


def assigned_events(branch, number):
    return [event for event in branch.events(number) if event.event == "assigned"]


def test_cases_go_to_whoever_has_least_open_work(branch):
    bob = branch.staff("bob")
    assert [branch.row(branch.open()).assignee for _ in range(4)] == [ALICE, bob, ALICE, bob]


def test_who_is_full_gets_nothing_until_a_case_waits_or_ends(branch):
    """A case that waits is half a case; where everybody is full it waits for the sweep (trap A4)."""
    with branch.database.writing() as session:
        account_store.staff_by_email(session, ALICE).capacity = 2
    first, second, third = (branch.open() for _ in range(3))
    assert [branch.row(number).assignee for number in (first, second, third)] == [ALICE, ALICE, None]
    for number in (first, second):
        with branch.hold(number, ALICE) as locked:
            case_commands.wait(locked, "agency", agency="taipower", message="請確認", notify=push)
    assert sweep(branch) == [third]
    assert "在辦 1 件" in assigned_events(branch, third)[0].data["reason"]


def test_the_reason_of_an_automatic_choice_is_kept(branch):
    first = assigned_events(branch, branch.open())[0]
    assert (first.by, first.data["to"]) == (None, ALICE)
    assert first.data["reason"]


def test_when_everybody_is_away_cases_wait_and_are_swept_oldest_first(branch):
    """A4"""
    branch.absent(ALICE)
    numbers = []
    for _ in range(3):
        numbers.append(branch.open())
        branch.later(1)
    urgent = branch.open(alert="fire")
    assert [branch.row(number).assignee for number in numbers] == [None] * 3
    assert sweep(branch) == []
    branch.later(days=1)
    assert sweep(branch) == [urgent, *numbers]
    assert branch.row(numbers[0]).status == "assigned"
    assert sweep(branch) == []


def test_cases_of_a_unit_without_people_do_not_hold_up_the_others(branch):
    stuck = [branch.open(category="environment") for _ in range(3)]
    branch.absent(ALICE)
    waiting = branch.open()
    branch.later(days=1)
    assert sweep(branch, limit=2) == [waiting]
    assert [branch.row(number).unit for number in stuck] == [SAFETY] * 3


def test_a_deputy_takes_what_comes_while_the_officer_is_away(branch):
    branch.absent(ALICE, deputy=CAROL)
    number = branch.open()
    assert (branch.row(number).assignee, branch.row(number).unit) == (CAROL, LAND)


@pytest.mark.parametrize("how", ["absent", "disabled"])
def test_a_deputy_who_is_away_too_gets_nothing(branch, how):
    branch.absent(ALICE, deputy=CAROL)
    if how == "absent":
        branch.absent(CAROL)
    else:
        branch.disable(CAROL)
    assert branch.row(branch.open()).assignee is None


def test_the_last_member_leaves(branch):
    """A6"""
    branch.disable(ALICE)
    assert branch.row(branch.open()).status == "received"


def test_a_person_of_another_unit_takes_the_case_there(branch):
    number = branch.open(contact_id=branch.contact())
    due = branch.row(number).due_on
    with branch.hold(number, SUE) as locked:
        case_commands.assign(locked, CAROL, notify=push)
    row = branch.row(number)
    assert (row.assignee, row.unit, row.due_on) == (CAROL, SERVICE, due)
    assert branch.reasons() == ["assigned"]


def test_a_supervisor_without_unit_leaves_the_case_in_its_unit(branch):
    number = branch.open()
    with branch.hold(number, SUE) as locked:
        case_commands.assign(locked, SUE, notify=push)
    assert (branch.row(number).assignee, branch.row(number).unit) == (SUE, LAND)


def test_the_same_assignment_twice_is_one_event_and_one_notice(branch):
    """A8"""
    number = branch.open(contact_id=branch.contact())
    for _ in range(2):
        with branch.hold(number, SUE) as locked:
            case_commands.assign(locked, CAROL, notify=push)
    assert [event.data["to"] for event in assigned_events(branch, number)] == [ALICE, CAROL]
    assert branch.reasons() == ["assigned"]


def test_back_into_the_queue_and_out_again(branch):
    number = branch.open()
    with branch.hold(number, SUE) as locked:
        case_commands.assign(locked, None, notify=push)
        case_commands.assign(locked, None, notify=push)
    assert branch.row(number).status == "received"
    assert len(assigned_events(branch, number)) == 2
    assert sweep(branch) == [number]


def test_whoever_gives_a_case_back_does_not_get_it_again_by_itself(branch):
    """Before, the next sweep gave it right back, a minute after 退回 was pressed."""
    number = branch.open()
    with branch.hold(number, ALICE) as locked:
        case_commands.assign(locked, None, notify=push, reason="退回待分案")
    assert sweep(branch) == []
    assert branch.row(number).status == "received"
    bob = branch.staff("bob")
    assert sweep(branch) == [number]
    assert branch.row(number).assignee == bob
    with branch.hold(number, SUE) as locked:
        case_commands.assign(locked, ALICE, notify=push)
    assert branch.row(number).assignee == ALICE


@pytest.mark.parametrize("email", [TAI, "nobody@kp.example", ""])
def test_only_active_staff_of_the_branch_can_be_given_a_case(branch, email):
    number = branch.open()
    with pytest.raises(Invalid) as refused, branch.hold(number, SUE) as locked:
        case_commands.assign(locked, email, notify=push)
    assert (refused.value.field, refused.value.code) == ("assignee", "unknown_assignee")


def test_two_sweeps_at_once_give_every_case_once(branch):
    """A1, A2"""
    branch.absent(ALICE)
    numbers = {branch.open() for _ in range(6)}
    branch.later(days=1)
    start = Barrier(2)

    def both() -> list[str]:
        start.wait()
        return sweep(branch)

    with ThreadPoolExecutor(2) as pool:
        given = [number for job in [pool.submit(both), pool.submit(both)] for number in job.result()]
    assert sorted(given) == sorted(numbers)
    assert all(len(assigned_events(branch, number)) == 1 for number in numbers)


def test_a_sweep_sees_the_unit_as_it_is_when_it_takes_the_case(branch):
    """A3: the case was moved to another unit after the sweep had listed it."""
    branch.disable(ALICE)
    number = branch.open()
    branch.staff("bob")
    with branch.database.writing() as session:
        listed = branch.row(number)
        with_unit = listed.unit
        locked = assignment.change(session, branch.office, number, branch.actor(SUE), now=branch.now)
        case_commands.change_category(locked, "tax", topic=None, reason="屬稅務", notify=push)
    assert with_unit == LAND
    assert sweep(branch) == []
    assert (branch.row(number).assignee, branch.row(number).unit) == (CAROL, SERVICE)
