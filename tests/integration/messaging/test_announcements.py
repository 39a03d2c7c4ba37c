"""Announcements: another person approves, three tenths stay for cases, batches, topics, one tap to stop."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from json import dumps

import pytest

from routing.domain.announcements import Budget, Draft
from routing.domain.errors import Forbidden, Invalid, StepNotAllowed
from routing.domain.messages import from_plain
from routing.domain.permissions import Role
from routing.service.announcements import commands, queries
from routing.service.cases import notifying
from routing.service.messaging import parking
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.announcements import queries as store
from routing.store.announcements.schema import AnnouncementSent
from routing.store.maintenance import meta as meta_store
from tests.harness.cast import ALICE, SUE, TAI
from tests.harness.chat import Chat, actions_of, words_of

LANGUAGES = ("zh-TW", "en", "ja")


def draft(**changes):
    values = {
        "topic": "outage", "parks": ("楠梓",), "title": {one: f"停電 {one}" for one in LANGUAGES},
        "body": {one: f"12/1 09:00 停電 {one}" for one in LANGUAGES},
    }  # fmt: skip
    return Draft(**{**values, **changes})


def firms(branch, number, *, park="楠梓", **values):
    return [branch.contact(f"U-{park}-{at}", park=park, **values) for at in range(number)]


def quota(branch, limit, used):
    with branch.database.writing() as session:
        meta_store.claim(session, "quota:line", dumps([f"{branch.now:%Y-%m}", limit, used]))


def written(branch, by=ALICE, **changes):
    with branch.database.writing() as session:
        return commands.write(session, branch.office, branch.actor(by), draft(**changes), now=branch.now).id


def decide(branch, number, by=SUE, *, approve=True, note=None):
    with branch.database.writing() as session:
        return commands.decide(
            session, branch.office, branch.actor(by), number, approve=approve, note=note, now=branch.now
        ).state


def works(branch):
    return UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(base=branch.office))


def send(branch):
    queued = []
    while batch := commands.send_due(works(branch), now=branch.now):
        queued.append(batch)
    return queued


def seen(branch, number):
    with branch.database.reading() as session:
        return queries.whole(session, branch.office, branch.actor(SUE), number, now=branch.now)


def test_an_outage_is_pushed_to_the_firms_of_its_park_in_their_language_after_another_persons_word(branch):
    quota(branch, 1000, 100)
    firms(branch, 2, language="ja")
    firms(branch, 1, park="前鎮")
    branch.contact("U-gone", reachable=False, park="楠梓")
    number = written(branch)
    before = seen(branch, number)
    assert (before.outlook.reach, before.outlook.cost) == (2, 2)
    assert (before.outlook.budget.left, before.outlook.budget.kept, before.outlook.budget.available) == (900, 300, 600)
    assert send(branch) == []
    for who in (ALICE, TAI):
        with pytest.raises(Forbidden):
            decide(branch, number, who)
    own = written(branch, SUE)
    with pytest.raises(Forbidden) as refused:
        decide(branch, own)
    assert refused.value.code == "second_person_needed"
    assert decide(branch, number) == "sending"
    with pytest.raises(StepNotAllowed):
        decide(branch, number)
    assert send(branch) == [2]
    assert send(branch) == []
    sent = branch.outbox()
    assert [(row.kind, row.reason, row.state) for row in sent] == [("push", "notice_urgent", "pending")] * 2
    (card,) = from_plain(sent[0].payload)
    assert card.title == "停電 ja"
    assert seen(branch, number).row.state == "sent"
    assert seen(branch, number).delivered.under_way == 2


def test_what_is_kept_for_cases_is_not_spent_neither_at_the_approval_nor_while_it_is_sent(branch):
    firms(branch, 5)
    quota(branch, 10, 3)
    number = written(branch)
    with pytest.raises(StepNotAllowed) as refused:
        decide(branch, number)
    assert refused.value.code == "quota_kept"
    quota(branch, 100, 65)
    assert decide(branch, number) == "sending"
    quota(branch, 100, 68)
    assert send(branch) == [5]
    assert sorted(row.state for row in branch.outbox()) == ["parked", "parked", "parked", "pending", "pending"]
    assert Budget(1000, 650).available == 50
    assert Budget(None, 5).carries(10**6)


def test_thousands_go_in_batches_each_person_once_also_after_a_crash_in_the_middle(branch):
    firms(branch, commands.AT_A_TIME + 20)
    number = written(branch, parks=())
    decide(branch, number)
    assert commands.send_due(works(branch), now=branch.now) == commands.AT_A_TIME
    with contextlib.suppress(InterruptedError), branch.database.writing() as session:
        store.held_to_send(session, number).cursor = 10**6
        session.flush()
        raise InterruptedError
    assert send(branch) == [20]
    with branch.database.reading() as session:
        assert session.query(AnnouncementSent).count() == commands.AT_A_TIME + 20


def test_everything_else_waits_for_the_next_contact_and_ends_with_its_time_its_topic_or_a_stop(branch):
    chats = {name: Chat(branch, f"U-{name}") for name in ("reads", "stops", "late", "ended")}
    for chat in chats.values():
        chat.follow()
    until = branch.now + timedelta(days=2)
    number = written(branch, topic="law", parks=(), until=until)
    decide(branch, number)
    assert send(branch) == [4]
    assert "pending" not in [row.state for row in branch.outbox() if row.reason == "notice"]
    heard = chats["reads"].text("你好")
    assert "停電 zh-TW" in words_of(heard)
    assert {"topics", "notice"} <= actions_of(heard)
    assert "關於「停電 zh-TW」" in words_of(chats["reads"].tap("notice", id=number))
    assert "不再傳送「法規異動」" in words_of(chats["stops"].tap("topics", topic="law", wanted="no", notice=number))
    assert "停電 zh-TW" not in words_of(chats["stops"].text("你好"))
    came = seen(branch, number).delivered
    assert (came.tapped, came.stopped) == (1, 1)
    branch.later(days=3)
    assert "停電 zh-TW" not in words_of(chats["late"].text("你好"))
    other = written(branch, topic="event", parks=())
    decide(branch, other)
    assert send(branch) == [4]
    with branch.database.writing() as session:
        commands.stop(session, branch.actor(SUE), other, reason="活動取消", now=branch.now)
    assert "停電 zh-TW" not in words_of(chats["ended"].text("你好"))
    parking.release_due(works(branch), renew=notifying.renew, now=branch.now)
    assert seen(branch, other).delivered.ended == 4
    again = written(branch, topic="law", parks=())
    decide(branch, again)
    assert send(branch) == [3]


def test_who_asked_for_silence_hears_of_what_they_chose_and_topics_are_switched_by_a_tap(branch):
    chat = Chat(branch)
    chat.follow()
    chat.tap("quiet", on="yes")
    assert "停電停水" in words_of(chat.tap("topics"))
    number = written(branch, parks=())
    assert seen(branch, number).outlook.reach == 0
    assert "恢復傳送「停電停水」" in words_of(chat.tap("topics", topic="outage", wanted="yes"))
    assert seen(branch, number).outlook.reach == 1
    assert "不接收" not in words_of(chat.text("公告設定"))
    chat.tap("topics", topic="outage", wanted="no")
    assert "不接收" in words_of(chat.text("公告設定"))
    assert seen(branch, number).outlook.reach == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"topic": "news"}, "topic"), ({"parks": ("火星",)}, "parks"), ({"title": {"zh-TW": "停電"}}, "title"),
        ({"body": {**draft().body, "en": " "}}, "body"), ({"title": {**draft().title, "ja": "あ" * 61}}, "title"),
        ({"body": {**draft().body, "fr": "panne"}}, "body"),
    ],
)  # fmt: skip
def test_what_cannot_be_announced_is_named(branch, changes, field):
    with pytest.raises(Invalid) as refused:
        written(branch, **changes)
    assert refused.value.field == field
    with pytest.raises(Forbidden):
        written(branch, TAI)
    with pytest.raises(Invalid):
        decide(branch, written(branch), approve=False)
    assert decide(branch, written(branch), approve=False, note="日期有誤") == "refused"
    assert branch.actor(SUE).role is Role.SUPERVISOR
