"""Binding by a code that is mailed: to the address of the firm's record and no other, told to nobody, sent by SMTP."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.app import build_mailer
from bot.mail import SmtpMailer
from bot.settings import Settings, SettingsError
from bot.worker import Worker
from routing.domain.errors import Invalid
from routing.domain.messages import from_plain
from routing.service.bindings import commands as bindings
from routing.service.bindings import mailing
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.accounts.schema import Audit
from routing.store.bindings.schema import BindingCode, CodeMail
from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact
from tests.harness.branch import add_contact, branch_on, cast_in_every_unit
from tests.harness.chat import Chat, said, words_of
from tests.harness.databases import BOTH
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.harness.smtp import mail_server
from tests.harness.waiting import eventually

UBN, OTHER_UBN = "04595257", "22099131"
ADDRESS = "office@qingchuan.example"
SENDER = "window@branch.example"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast_in_every_unit(branch)
        branch.office = replace(branch.office, mail=True)
        yield branch


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.fixture
def number(branch):
    """A case of a firm whose record holds an address."""
    chat = Chat(branch, "U1")
    chat.text("圍牆外的大樹倒下來了，想請人來看")
    chat.tap("open_case")
    for answer in (f"晴川精密 {UBN}", "陳小姐", "07-3611212"):
        chat.text(answer)
    chat.tap("park", id="nanzih")
    chat.tap("confirm_case")
    with branch.hold(chat.numbers[-1]) as locked:
        mailing.set_address(locked, ADDRESS)
    return chat.numbers[-1]


def sent(branch, server):
    return mailing.send_due(made(branch), SmtpMailer(server.url, SENDER), lambda: branch.now)


def made(branch):
    return UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(base=branch.office))


def mails(branch):
    with branch.database.reading() as session:
        return session.scalars(select(CodeMail).order_by(CodeMail.id)).all()


def code_in(server):
    return re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", server.texts[-1]).group()


def test_the_number_alone_has_a_code_mailed_to_the_firms_record_and_the_code_alone_binds(branch, server, number):
    chat = Chat(branch, "U2")
    assert said(chat.tap("bind"), "bind.ask_mail")
    answer = chat.text(UBN)
    assert said(answer, "bind.mailed", ubn=UBN)
    assert ADDRESS not in words_of(answer)
    assert sent(branch, server) == 1
    ((to, message),) = server.mails
    assert to == [ADDRESS]
    assert (message["From"], message["To"]) == (SENDER, ADDRESS)
    assert "晴川精密" in server.texts[0]
    assert said(chat.text(code_in(server)), "bind.done", firm="晴川精密")
    with branch.database.reading() as session:
        assert len(bindings.colleagues(session, branch.row(number).firm_id)) == 1


def test_an_address_typed_in_the_chat_is_never_written_to(branch, server, number):
    chat = Chat(branch, "U2")
    chat.tap("bind")
    chat.text(f"{UBN} 請寄到 thief@elsewhere.example")
    sent(branch, server)
    assert [to for to, _ in server.mails] == [[ADDRESS]]


@pytest.mark.parametrize("typed", [UBN, OTHER_UBN])
def test_the_same_is_told_of_a_firm_without_an_address_and_of_none(branch, server, number, typed):
    with branch.hold(number) as locked:
        mailing.set_address(locked, "")
    chat = Chat(branch, "U2")
    chat.tap("bind")
    assert said(chat.text(typed), "bind.mailed", ubn=typed)
    assert sent(branch, server) == 0


def test_without_a_mail_server_the_number_alone_is_asked_for_its_code(branch, number):
    branch.office = replace(branch.office, mail=False)
    chat = Chat(branch, "U2")
    assert not said(chat.tap("bind"), "bind.ask_mail")
    assert said(chat.text(UBN), "bind.code", ubn=UBN)
    assert mails(branch) == []


def test_a_firm_is_written_to_a_few_times_a_day_whoever_asks(branch, server, number):
    for user in range(mailing.MOST_A_DAY + 2):
        chat = Chat(branch, f"U-{user}")
        chat.tap("bind")
        assert said(chat.text(UBN), "bind.mailed", ubn=UBN)
    assert sent(branch, server) == mailing.MOST_A_DAY
    branch.now += timedelta(days=1, minutes=1)
    chat = Chat(branch, "U-later")
    chat.tap("bind")
    chat.text(UBN)
    assert sent(branch, server) == 1


def test_a_mailed_code_is_good_for_a_day(branch, server, number):
    chat = Chat(branch, "U2")
    chat.tap("bind")
    chat.text(UBN)
    sent(branch, server)
    branch.now += mailing.LIFE + timedelta(minutes=1)
    assert said(chat.text(code_in(server)), "bind.refused")


def test_what_has_gone_holds_no_code_and_the_code_is_kept_as_a_hash(branch, server, number):
    chat = Chat(branch, "U2")
    chat.tap("bind")
    chat.text(UBN)
    sent(branch, server)
    (mail,) = mails(branch)
    assert (mail.state, mail.body, mail.attempts) == ("sent", "", 1)
    with branch.database.reading() as session:
        (code,) = session.scalars(select(BindingCode)).all()
        trail = session.scalars(select(Audit).where(Audit.action == "firm.code_mailed")).all()
    assert code_in(server).replace("-", "") not in code.code_sha256
    assert len(trail) == 1


def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(branch, server, number):
    chat = Chat(branch, "U2")
    chat.tap("bind")
    chat.text(UBN)
    server.answer = "451 Later"
    assert sent(branch, server) == 0
    (mail,) = mails(branch)
    assert (mail.state, mail.attempts) == ("pending", 1)
    assert sent(branch, server) == 0
    server.answer = "550 Nobody"
    branch.now += timedelta(minutes=2)
    assert sent(branch, server) == 0
    (mail,) = mails(branch)
    assert (mail.state, mail.attempts, mail.body) == ("failed", 2, "")


def test_whoever_asked_for_a_code_that_cannot_be_delivered_is_told_and_staff_see_it(branch, server, number):
    chat = Chat(branch, "U2")
    chat.tap("bind")
    chat.text(UBN)
    server.answer = "550 Nobody"
    sent(branch, server)
    told = [row for row in branch.outbox() if row.reason == "code_mail_failed"]
    assert [(row.contact_id, row.kind) for row in told] == [(chat.contact.id, "push")]
    assert said(from_plain(told[0].payload), "bind.mail_failed")
    assert ADDRESS not in str(told[0].payload)
    with branch.database.reading() as session:
        assert mailing.undelivered(session, branch.row(number).firm_id) is not None
    server.answer = "250 OK"
    chat.tap("bind")
    chat.text(UBN)
    sent(branch, server)
    with branch.database.reading() as session:
        assert mailing.undelivered(session, branch.row(number).firm_id) is None


def test_a_server_that_is_not_there_is_tried_a_few_times(branch, number):
    chat = Chat(branch, "U2")
    chat.tap("bind")
    chat.text(UBN)
    nowhere = SmtpMailer("smtp://127.0.0.1:9", SENDER)
    for _ in range(8):
        mailing.send_due(made(branch), nowhere, lambda: branch.now)
        branch.now += timedelta(hours=3)
    (mail,) = mails(branch)
    assert (mail.state, mail.attempts) == ("failed", 5)


@pytest.mark.parametrize(
    "address", ["no", "a@b", "a b@c.example", "a@c.example\nBcc: x@y.example", "a" * 200 + "@c.example"]
)
def test_what_is_no_address_is_refused(branch, number, address):
    with branch.hold(number) as locked, pytest.raises(Invalid) as refused:
        mailing.set_address(locked, address)
    assert refused.value.code == "email_invalid"


def test_a_server_needs_a_sender():
    with pytest.raises(SettingsError, match="ONESTOP_SMTP_FROM"):
        build_mailer(Settings(_env_file=None, ONESTOP_SMTP_URL="smtp://mail.example"))
    assert build_mailer(Settings(_env_file=None)) is None


def test_staff_enter_the_address_on_the_case_page(database_url):
    with Service(database_url) as service:
        number = service.opened(firm={"name": "晴川精密有限公司", "ubn": UBN})
        alice = Visitor(service, "alice")
        page = alice.send(alice.get(f"/desk/cases/{number}"), "/bindings/email", email=ADDRESS)
        assert "公司電子郵件已更新" in page.text
        assert f'value="{ADDRESS}"' in page.answer.text
        assert not page.outline.broken_rules()
        assert alice.send(page, "/bindings/email", email="no").status == 422


def test_a_worker_sends_what_waits(database_url, server):
    with Service(database_url, ONESTOP_SMTP_URL=server.url, ONESTOP_SMTP_FROM=SENDER) as service:
        number = service.opened(firm={"name": "晴川精密有限公司", "ubn": UBN})
        with service.runtime.writing() as (session, office):
            assert office.mail
            firm = session.scalars(select(Firm).join(Case, Case.firm_id == Firm.id).where(Case.number == number)).one()
            firm.email = ADDRESS
            contact = session.get(Contact, add_contact(session, "U1", now=service.now))
            assert mailing.ask_code(session, office, contact, UBN, now=service.now)
        worker = Worker(replace(service.runtime, channels={}))
        worker.start()
        eventually(lambda: server.mails, what="the mail")
        worker.stop()
    assert [to for to, _ in server.mails] == [[ADDRESS]]
