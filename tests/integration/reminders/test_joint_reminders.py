"""合併會辦: one question about forty firms is one reminder to each person, however many of its cases they have."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.service.reminders import notifier
from routing.store.accounts.schema import Staff
from routing.store.reminders.schema import Reminder, ReminderWish, StaffMail
from tests.harness.cast import email
from tests.harness.service import Service
from tests.integration.cases.test_joint_questions import ask, firm


@pytest.fixture
def service(database_url):
    with Service(database_url, ONESTOP_SMTP_URL="smtp://127.0.0.1:1", ONESTOP_SMTP_FROM="a@b.example") as service:
        yield service


def told(service):
    """By name and number of the case what the bells say of questions, in order."""
    with service.runtime.database.reading() as session:
        query = select(Staff.name, Reminder.detail).join(Staff, Staff.id == Reminder.staff_id)
        return [(name, detail) for name, detail in session.execute(
            query.where(Reminder.cause == "consultation").order_by(Staff.name, Reminder.id)
        )]  # fmt: skip


def wants_mail(service, who):
    with service.runtime.database.writing() as session:
        person = session.scalars(select(Staff).where(Staff.email == email(who))).one()
        session.add(ReminderWish(staff_id=person.id, mail=True, chat=False, digest_mail=False, digest_chat=False))


def test_one_question_is_said_once_to_each_officer_and_not_once_a_case(service):
    numbers = [firm(service, n) for n in range(1, 6)]
    given = service.post("sue", f"/cases/{numbers[-1]}/assignment", {"assignee": email("bob")})
    assert given.status_code == 200
    wants_mail(service, "alice")
    assert ask(service, numbers, who="sue").status_code == 201
    single = firm(service, 9)
    alone = {"agency": "customs", "question": "請問進口查驗進度？", "expected_on": "2026-11-18", "consent": "no_data"}
    assert service.post("alice", f"/cases/{single}/consultations", alone).status_code == 201
    service.now = service.now.replace(day=18, hour=9, minute=30)
    notifier.turn(service.runtime, now=service.now)
    assert told(service) == [("alice", {"more": 3}), ("alice", {}), ("bob", {})]
    with service.runtime.database.reading() as session:
        (mail,) = session.scalars(select(StaffMail))
    assert mail.body.count("會辦逾預定回復日") == 2
    assert mail.body.count("（合併會辦，另 3 件）") == 1
    said = [one["text"] for one in service.get("alice", "/reminders").json()["items"]]
    assert "會辦逾預定回復日（合併會辦，另 3 件）" in said
    for _ in range(3):
        service.now += timedelta(hours=2)
        notifier.turn(service.runtime, now=service.now)
    assert len(told(service)) == 3
