"""Staff are reminded once, whoever looks: in the bell, by a real mail server, and on LINE through the outbox."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.line.channel import LineChannel
from bot.mail import SmtpMailer
from routing.domain.messages import from_plain
from routing.service.announcements.commands import AT_A_TIME
from routing.service.maintenance import retention
from routing.service.messaging import outbox, quota
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.service.reminders import bell, chat_accounts, mailing, notifier
from routing.store.announcements import queries as announcement_store
from routing.store.conversation.schema import Contact, Message
from routing.store.reminders import queries as store
from routing.store.reminders.schema import Reminder, StaffMail
from tests.harness.branch import Played, branch_on, cast
from tests.harness.cast import ALICE, CAROL, SUE
from tests.harness.chat import Chat, words_of
from tests.harness.databases import BOTH
from tests.harness.simulator import TOKEN, simulated
from tests.harness.smtp import mail_server

SENDER = "window@branch.example"


@pytest.fixture
def branch():
    with branch_on("sqlite") as branch:
        cast(branch)
        branch.office = replace(branch.office, mail=True)
        yield branch


def made(branch):
    return UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(base=branch.office))


def look(branch):
    return notifier.turn(made(branch), now=branch.now)


def rows(branch, email=None):
    with branch.database.reading() as session:
        found = list(session.scalars(select(Reminder).order_by(Reminder.id)))
    if email is None:
        return [one.cause for one in found]
    own = branch.actor(email).staff_id
    return [one.cause for one in found if one.staff_id == own]


def due_case(branch):
    """Alice's enquiry of Monday, on its last morning."""
    number = branch.open(firm_name="晴川精密有限公司", contact_name="陳小姐", contact_phone="07-3611212")
    assert branch.row(number).assignee == ALICE
    branch.later(days=3)
    assert branch.row(number).promised_on == branch.now.date()
    return number


def wants(branch, email, *names):
    with branch.database.writing() as session:
        bell.wish(session, branch.actor(email), dict.fromkeys(names, True), now=branch.now)


def bind(branch, email, user="U-staff"):
    with branch.database.writing() as session:
        code = chat_accounts.new_code(session, branch.actor(email), now=branch.now)
    return Chat(branch, user), code


@pytest.mark.parametrize("kind", BOTH)
def test_many_workers_that_look_at_once_say_it_once(kind):
    """Trap S15, with eight schedulers."""
    with branch_on(kind) as branch:
        cast(branch)
        due_case(branch)
        wants(branch, ALICE, "mail")
        branch.office = replace(branch.office, mail=True)
        with ThreadPoolExecutor(8) as workers:
            told = list(workers.map(lambda _: look(branch), range(8)))
        assert sum(told) == 1
        assert rows(branch) == ["due"]
        with branch.database.reading() as session:
            assert len(session.scalars(select(StaffMail)).all()) == 1
        assert look(branch) == 0


def test_before_on_the_day_and_to_the_supervisor_after_it(branch):
    branch.open()
    seen = []
    for _ in range(24 * 4 + 6):
        branch.later(1)
        if look(branch):
            seen.append((branch.now.strftime("%a %H:%M"), rows(branch)[-1]))
    assert seen == [("Wed 09:00", "before"), ("Thu 09:00", "due"), ("Fri 09:00", "late")]
    assert (rows(branch, ALICE), rows(branch, SUE)) == (["before", "due"], ["late"])


def test_the_deputy_is_told_for_whom_and_nobody_twice(branch):
    number = due_case(branch)
    branch.absent(ALICE, deputy=CAROL)
    assert look(branch) == 1
    with branch.database.reading() as session:
        (one,) = bell.page(session, branch.actor(CAROL), unread=True, limit=50, cursor=None).items
    assert (one.said, one.number, one.stands_for) == ("今日到期", number, "alice")
    assert rows(branch, ALICE) == []


def test_opening_the_case_and_reading_all_empty_the_bell(branch):
    number = due_case(branch)
    branch.open(text="另一件", received_at=branch.now - timedelta(days=3))
    assert look(branch) == 2
    alice = branch.actor(ALICE)
    with branch.database.writing() as session:
        bell.opened(session, alice, number, now=branch.now)
        assert bell.unread(session, alice) == 1
        assert (bell.read(session, alice, now=branch.now), bell.unread(session, alice)) == (1, 0)


def test_one_mail_says_number_and_kind_of_matter_and_nothing_of_the_firm(branch):
    number = due_case(branch)
    wants(branch, ALICE, "mail")
    look(branch)
    with mail_server() as server:
        mailer = SmtpMailer(server.url, SENDER)
        server.answer = "451 Later"
        assert mailing.send_due(branch.database, mailer, lambda: branch.now) == 0
        branch.later(0.1)
        server.answer = "250 OK"
        assert mailing.send_due(branch.database, mailer, lambda: branch.now) == 1
        assert mailing.send_due(branch.database, mailer, lambda: branch.now) == 0
    ((to, mail),) = server.mails
    assert (to, mail["Subject"]) == ([ALICE], "單一窗口提醒：1 則")
    (text,) = server.texts
    assert f"今日到期：{number}（土地）" in text
    assert f"https://window.example/desk/cases/{number}" in text
    assert not [word for word in ("晴川", "陳", "3611212", "續租") if word in text]
    with branch.database.reading() as session:
        (row,) = session.scalars(select(StaffMail))
    assert (row.state, row.body) == ("sent", "")


def test_a_code_typed_into_the_chat_binds_once_and_nothing_is_made_of_it(branch):
    """An officer's own LINE account is no firm by it."""
    chat, code = bind(branch, ALICE)
    assert chat_accounts.BOUND in words_of(chat.text(code.replace("同仁綁定 ", "同仁綁定　").lower()))
    assert chat_accounts.REFUSED in words_of(Chat(branch, "U-thief").text(code))
    assert chat.numbers == []
    with branch.database.reading() as session:
        assert session.scalars(select(Message)).all() == []
        assert session.get(Contact, chat.contact.id).firm_id is None
        heard = announcement_store.recipients(session, "law", [], ["line"], after=0, limit=AT_A_TIME)
        assert [contact.id for contact, _ in heard] != [chat.contact.id]
    branch.later(1)
    with branch.database.writing() as session:
        periods = retention.Periods(contacts=1)
        erased = retention.run(session, periods, now=branch.now + timedelta(days=9))
    assert erased["addresses"] == 1  # the thief's
    number = chat.opens()
    assert branch.row(number).contact_id == chat.contact.id  # who writes as a firm is answered as one


def test_a_code_is_good_for_minutes(branch):
    chat, code = bind(branch, ALICE)
    branch.now += chat_accounts.LIFE
    assert chat_accounts.REFUSED in words_of(chat.text(code))


def pushed(branch):
    return [row for row in branch.outbox() if row.reason == notifier.REASON and row.kind == "push"]


def test_line_says_number_and_kind_of_matter_within_what_is_left_for_staff(branch):
    number = due_case(branch)
    chat, code = bind(branch, ALICE)
    chat.text(code)
    ask = Played(quota=lambda: (100, 69))
    quota.ask_if_due(branch.database, ask, now=branch.now)
    assert look(branch) == 1
    (row,) = pushed(branch)
    (said,) = from_plain(row.payload)
    assert said.body.splitlines()[:2] == ["【單一窗口提醒】", f"今日到期：{number}（土地）115.03.05"]
    assert (row.case_id, row.contact_id) == (None, chat.contact.id)
    # Thirty of a hundred are kept for cases.
    branch.open(text="另一件", received_at=branch.now - timedelta(days=3))
    assert look(branch) == 1
    assert len(pushed(branch)) == 1
    assert len(rows(branch, ALICE)) == 2


def test_it_arrives_on_the_officers_own_line(branch):
    number = due_case(branch)
    with simulated("http://127.0.0.1:9/line/webhook") as line:
        phone = line.person()
        chat, code = bind(branch, ALICE, phone.id)
        chat.text(code)
        assert look(branch) == 1
        channel = LineChannel(line.url, line.url, TOKEN)
        with branch.database.writing() as session:
            waiting = [one for one in outbox.lease_messages(session, channel, now=branch.now, limit=9) if one.to]
        for one in waiting:
            if one.kind == "push":
                assert outbox.deliver(branch.database, channel, one, now=branch.now) is None
        assert number in phone.received()[-1]["message"]["text"]
    assert pushed(branch)[-1].state == "accepted"


def test_whoever_leaves_is_pushed_nothing_more(branch):
    due_case(branch)
    chat, code = bind(branch, ALICE)
    chat.text(code)
    branch.disable(ALICE)
    look(branch)
    assert pushed(branch) == []
    with branch.database.reading() as session:
        assert store.chat_addresses(session) == {}


def test_the_digest_begins_the_working_day_of_whoever_wants_it(branch):
    branch.open()
    wants(branch, ALICE, "digest_mail")
    sent = []
    branch.now = branch.now.replace(hour=0)
    for _ in range(2 * 24 * 8):
        branch.later(0.5)
        look(branch)
        with branch.database.reading() as session:
            mails = session.scalars(select(StaffMail).order_by(StaffMail.id)).all()
        if len(mails) > len(sent):
            sent.append(branch.now.strftime("%a %H:%M"))
    assert sent == ["Mon 08:30", "Tue 08:30", "Wed 08:30", "Thu 08:30", "Fri 08:30", "Mon 08:30"]
    assert "今日到期 1 件：KP-1150302-0001（土地）" in mails[3].body
    assert "已逾限 1 件" in mails[4].body
    assert mails[0].subject == "單一窗口每日摘要 115.03.02"


def test_who_is_away_has_no_digest_and_the_deputys_counts_their_cases(branch):
    due_case(branch)
    for email in (ALICE, CAROL):
        wants(branch, email, "digest_mail")
    branch.absent(ALICE, last=date(2026, 3, 6), deputy=CAROL)
    look(branch)
    assert (rows(branch, ALICE), rows(branch, CAROL)) == ([], ["due", "digest"])
    with branch.database.reading() as session:
        page = bell.page(session, branch.actor(CAROL), unread=False, limit=1, cursor=None)
    assert page.items[0].figures.startswith("今日到期 1 件、已逾限 0 件")
    assert page.next_cursor is not None


def test_what_was_told_is_gone_after_a_quarter(branch):
    due_case(branch)
    look(branch)
    with branch.database.writing() as session:
        assert retention.run(session, retention.Periods(), now=branch.now + timedelta(days=89))["reminders"] == 0
        assert retention.run(session, retention.Periods(), now=branch.now + timedelta(days=91))["reminders"] == 1
