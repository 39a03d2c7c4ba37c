"""The daily job is done once a day, whoever comes first."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from routing.domain.errors import StepNotAllowed
from routing.service.maintenance import daily, retention
from routing.service.maintenance.retention import Periods
from routing.service.messaging import outbox
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.accounts.schema import Audit, SignInFailure
from routing.store.bindings.schema import Binding
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Contact, ContactAddress, Media, Message
from routing.store.files.storage import FolderStorage
from routing.store.messaging.schema import Inbox, Outbox
from routing.store.session import Database
from tests.harness.branch import add_contact, branch_on, cast, office
from tests.harness.cast import SUE

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
        *(Outbox(channel="line", kind="push", retry_key=state, contact_id=contact, reason="x", payload=[{"a": 1}],
                 created_at=at, due_at=at, state=state) for state in ("dead", "unknown")),
    ])  # fmt: skip
    session.flush()
    session.add(Media(message_id=said.id, channel="line", external_id="m", key="ab/cd", file_name="a", state="stored"))


SET = [
    ({}, set()),
    ({"chat": 30}, {"chat_messages"}),
    ({"inbox": 30, "files": 30}, {"inbox_bodies", "files"}),
    ({"contacts": 365}, {"contacts", "addresses"}),
    ({"inbox": 1, "chat": 1, "files": 1, "contacts": 1, "sent": 1, "audit": 180, "sign_in": 180},
     {"inbox_bodies", "chat_messages", "files", "contacts", "addresses", "sent_messages", "failed_messages", "audit",
      "sign_in_failures"}),
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


def kept_of(database, contact_id):
    with database.reading() as session:
        row = session.get(Contact, contact_id)
        led = list(session.scalars(select(ContactAddress).where(ContactAddress.contact_id == contact_id)))
        return row.name, len(led)


def erased_after_a_year(branch, **periods):
    units_of_work = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    return retention.run_beside_service(units_of_work, Periods(**periods), now=branch.now + timedelta(days=400))


@pytest.fixture
def branch(request, database_url):
    with branch_on("postgres" if database_url.startswith("postgresql") else "sqlite") as branch:
        cast(branch)
        yield branch


def test_people_with_nothing_under_way_are_forgotten_and_others_are_not(branch):
    """個人資料保護法 §11(3): deleted when its purpose is over; an open case is one, and so is a binding."""
    alone, waiting, bound, back = (branch.contact(f"U{n}", name="王小明", phone="0912") for n in range(4))
    number = branch.open(contact_id=waiting)
    with branch.database.writing() as session:
        firm = Firm(name="好公司", ubn="04595257", created_at=branch.now)
        session.add(firm)
        session.flush()
        session.add(Binding(contact_id=bound, firm_id=firm.id, bound_at=branch.now))
        session.get(Contact, back).last_event_at = branch.now + timedelta(days=300)
    dry = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    with dry.reading() as (session, _):
        counted = retention.run(session, Periods(contacts=365), now=branch.now + timedelta(days=400), dry_run=True)
    erased = erased_after_a_year(branch, contacts=365)
    assert [kept_of(branch.database, one) for one in (alone, waiting, bound, back)] == [
        (None, 0), ("王小明", 1), ("王小明", 1), ("王小明", 1),
    ]  # fmt: skip
    assert (erased["contacts"], erased["addresses"]) == (counted["contacts"], counted["addresses"]) == (1, 1)
    assert erased_after_a_year(branch, contacts=365)["contacts"] == 0
    assert branch.row(number).contact_id == waiting


def test_a_message_whose_words_are_gone_is_not_offered_to_be_sent_again(branch):
    contact = branch.contact()
    with branch.database.writing() as session:
        row = Outbox(channel="line", kind="push", retry_key="k", contact_id=contact, reason="x", payload=[{"a": 1}],
                     created_at=branch.now, due_at=branch.now, state="dead")  # fmt: skip
        session.add(row)
        session.flush()
        row_id = row.id
    erased_after_a_year(branch, sent=30)
    with branch.database.writing() as session:
        assert session.get(Outbox, row_id).payload == []
        with pytest.raises(StepNotAllowed):
            outbox.resend(session, row_id, branch.actor(SUE), now=branch.now)
