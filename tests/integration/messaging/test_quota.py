"""The month's LINE messages: asked once an hour, shown to staff when they run out (trap L13)."""

import pytest

from routing.domain.errors import DeliveryError
from routing.service.messaging import quota
from tests.harness.branch import Played


def ask(branch, limit, used):
    return quota.ask_if_due(branch.database, Played(quota=lambda: (limit, used)), now=branch.now)


def shown(branch, warn_at=80):
    with branch.database.reading() as session:
        return next(iter(quota.running_out(session, ["line"], warn_at=warn_at, now=branch.now)), None)


@pytest.mark.parametrize(("limit", "used", "percent"), [(200, 160, 80), (200, 200, 100), (0, 0, 100)])
def test_staff_are_warned_from_the_share_that_is_set(branch, limit, used, percent):
    assert ask(branch, limit, used)
    assert shown(branch).percent == percent


@pytest.mark.parametrize(("limit", "used"), [(200, 159), (None, 10_000)])
def test_nobody_is_warned_while_there_is_enough(branch, limit, used):
    assert ask(branch, limit, used)
    assert shown(branch) is None


def test_line_is_asked_once_an_hour_whoever_asks(branch):
    assert [ask(branch, 200, 160), ask(branch, 200, 190)] == [True, False]
    assert shown(branch).used == 160
    branch.later(1)
    assert ask(branch, 200, 190)
    assert shown(branch).used == 190


def test_what_line_does_not_say_leaves_the_last_answer(branch):
    def refuse():
        raise DeliveryError("…", code="line_5xx")

    ask(branch, 200, 180)
    branch.later(1)
    assert not quota.ask_if_due(branch.database, Played(quota=refuse), now=branch.now)
    assert shown(branch).used == 180


def test_a_new_month_begins_without_a_warning(branch):
    ask(branch, 200, 200)
    branch.later(days=31)
    assert shown(branch) is None
