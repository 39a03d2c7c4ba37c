"""The daily job is done once a day, whoever comes first."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from routing.service.maintenance import daily
from routing.service.maintenance.retention import Periods
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.accounts.schema import Audit, SignInFailure
from routing.store.conversation.schema import Media, Message
from routing.store.files.storage import FolderStorage
from routing.store.messaging.schema import Inbox, Outbox
from routing.store.session import Database
from tests.harness.branch import add_contact, office

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_the_days_work_runs_once_a_day_however_often_it_is_asked(database_url):
    database = Database(database_url)
    done = []
    for moment in (NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=11), NOON + timedelta(hours=13)):
        with database.writing() as session:
            done.append(daily.begin_if_due(session, now=moment))
    database.dispose()
    # Noon, 13:00 and 23:00 of Monday in Taipei, then 01:00 of Tuesday.
    assert done == [True, False, False, True]


def old_things(session, at):
    """One of each kind of thing that has a period, long past any."""
    contact = add_contact(session, now=at)
    said = Message(contact_id=contact, direction="in", kind="text", text="閒聊", at=at, via="line")
    session.add_all([
        said, Audit(at=at, actor="a", action="sign_in", subject="s"), SignInFailure(email_sha256="x", at=at),
        Inbox(channel="line", webhook_event_id="e", user_key="U1", event_at=0, received_at=at, raw="{}",
              state="done", due_at=at),
        Outbox(channel="line", kind="push", retry_key="r", contact_id=contact, reason="x", payload=[{"a": 1}],
               created_at=at, due_at=at, state="accepted"),
    ])  # fmt: skip
    session.flush()
    session.add(Media(message_id=said.id, channel="line", external_id="m", key="ab/cd", file_name="a", state="stored"))


SET = [
    ({}, set()),
    ({"chat": 30}, {"chat_messages"}),
    ({"inbox": 30, "files": 30}, {"inbox_bodies", "files"}),
    ({"inbox": 1, "chat": 1, "files": 1, "sent": 1, "audit": 180, "sign_in": 180},
     {"inbox_bodies", "chat_messages", "files", "sent_messages", "audit", "sign_in_failures"}),
]  # fmt: skip


@pytest.mark.parametrize(("periods", "erased"), SET)
def test_the_days_work_erases_by_the_agencys_periods_and_by_no_guess_of_its_own(
    database_url, periods, erased, tmp_path
):
    """個人資料保護法 §11, 檔案法 §12: how long something is kept is the agency's to decide."""
    database = Database(database_url)
    with database.writing() as session:
        old_things(session, NOON - timedelta(days=4000))
    units_of_work = UnitOfWorkFactory(database=database, office_provider=OfficeContextProvider(office()))
    daily.run(units_of_work, Periods(**periods), FolderStorage(tmp_path), now=NOON)
    daily.run(units_of_work, Periods(**periods), FolderStorage(tmp_path), now=NOON)
    with database.reading() as session:
        run = session.scalars(select(Audit).where(Audit.action == "retention.run")).one()
        texts = list(session.scalars(select(Message.text)))
        kept = [len(list(session.scalars(select(table)))) for table in (SignInFailure, Audit)]
    database.dispose()
    assert {name for name, number in run.detail.items() if number} == erased
    assert run.actor == "系統"
    assert texts == ([""] if "chat_messages" in erased else ["閒聊"])
    assert kept == ([0, 1] if "audit" in erased else [1, 2])
