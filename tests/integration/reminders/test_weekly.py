"""The week ahead: told once a week to those who lead, in office time; the same on the page."""

import csv
import html
import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from bot.web.outlook_tables import PARTS
from bot.web.words import word
from routing.domain.messages import from_plain
from routing.service.reminders import bell, notifier, weekly
from routing.store.cases.schema import Case
from routing.store.conversation.schema import Enquiry
from routing.store.messaging.schema import Outbox
from routing.store.reminders.schema import StaffMail
from tests.harness.branch import branch_on, cast
from tests.harness.cast import ALICE, CAROL, SUE
from tests.harness.databases import BOTH
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.knowledge_admin.test_knowledge_unanswered import asked
from tests.integration.reminders.test_notifier import bind, made, rows, wants


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast(branch)
        branch.office = replace(branch.office, mail=True)
        yield branch


def mails(branch):
    with branch.database.reading() as session:
        return list(session.scalars(select(StaffMail).order_by(StaffMail.id)))


def look(branch):
    return weekly.turn(made(branch), word=word, now=branch.now)


def test_whoever_leads_and_has_the_digest_is_told_as_the_week_begins(branch):
    """From Monday the 2nd of March on: the case is due on Thursday; Alice is away then, nobody stands in."""
    number = branch.open(firm_name="晴川精密有限公司", contact_name="陳小姐", contact_phone="07-3611212")
    branch.absent(ALICE, last=date(2026, 3, 6))
    for email in (SUE, ALICE):
        wants(branch, email, "digest_mail")
    branch.now, sent = branch.now.replace(hour=0), []
    for _ in range(16 * 12):
        branch.later(0.5)
        if look(branch):
            sent.append(branch.now.strftime("%a %H:%M"))
    assert sent == ["Mon 08:30"]
    (mail,) = mails(branch)
    assert mail.subject == "單一窗口本週展望 115.03.02"
    lines = mail.body.splitlines()
    assert lines[0] == f"本週到期、未辦結即逾限 1 件：{number}（土地）115.03.05"
    assert "在辦 1 件，無人代理" in mail.body
    assert "/desk/turnaround/week" in mail.body
    for name in ("晴川", "陳小姐", "3611212"):
        assert name not in mail.body
    assert rows(branch, SUE) == ["week"]
    with branch.database.reading() as session:
        page = bell.page(session, branch.actor(SUE), unread=False, limit=5, cursor=None)
    assert page.items[0].figures.startswith("本週到期 1 件、在辦已滿 0 人、請假 1 人")
    branch.later(days=3)
    branch.later(9)
    assert (look(branch), len(mails(branch))) == (1, 2)


def test_whoever_has_the_digest_on_line_is_told_there_with_the_page(branch):
    """The same lines as by mail, all of them, to the bound account; nothing of a firm, nor of the rest of the bell."""
    number = branch.open(firm_name="晴川精密有限公司", contact_name="陳小姐", contact_phone="07-3611212")
    for place in range(12):
        branch.absent(ALICE, first=date(2026, 3, 2), last=date(2026, 3, 2 + place % 4))
    chat, code = bind(branch, SUE)
    chat.text(code)
    wants(branch, SUE, "digest_chat", "digest_mail")
    branch.now = branch.now.replace(hour=0)
    branch.later(8.5)
    assert look(branch) == 1
    with branch.database.reading() as session:
        (row,) = session.scalars(select(Outbox).where(Outbox.reason == notifier.REASON))
        (said,) = from_plain(row.payload)
    text = said.body
    head, *lines, link = text.splitlines()
    (mail,) = mails(branch)
    assert head == "【本週展望 115.03.02】"
    assert link.endswith("/desk/turnaround/week")
    assert lines == mail.body.splitlines()[: len(lines)]
    assert len(lines) > notifier.NAMED
    assert number in lines[0]
    assert (row.kind, row.case_id, row.contact_id) == ("push", None, chat.contact.id)
    for name in ("晴川", "陳小姐", "3611212"):
        assert name not in text


def test_nobody_is_told_late_in_the_week_or_without_wanting_it(branch):
    assert look(branch) == 0
    wants(branch, CAROL, "digest_mail")
    assert look(branch) == 0
    branch.later(days=2)
    wants(branch, SUE, "digest_mail")
    assert (look(branch), mails(branch)) == (0, [])


def test_the_page_names_cases_people_and_partners_to_those_who_lead(database_url):
    with Service(database_url) as service:
        number = service.asked_of("taipower")
        service.later(days=1)
        page = Visitor(service, "sue").get("/desk/turnaround/week")
        assert page.outline.broken_rules() == []
        assert number in page.text
        assert "台電" in page.text
        assert Visitor(service, "alice").get("/desk/turnaround/week").status == 403


def test_a_topic_that_rises_is_shown_with_what_was_asked_masked(database_url):
    with Service(database_url) as service:
        for place in range(5):
            asked(service, "甲申光電", f"租約補發第 {place} 問 我電話0912345678", at=service.now)
        service.later(days=1)
        page = Visitor(service, "sue").get("/desk/turnaround/week")
    rising = page.html.split('id="rising"')[1].split('id="answers"')[0]
    assert "租約補發第 0 問" in rising
    assert "0912345678" not in rising
    assert "0.0" in rising


def test_page_api_and_files_say_the_week_in_the_same_words_and_order(database_url):
    with Service(database_url) as service:
        number = service.asked_of("taipower")
        for place in range(5):
            asked(service, "甲申光電", f"租約補發第 {place} 問 我電話0912345678", at=service.now)
        service.later(days=1)
        sue = Visitor(service, "sue")
        page, told = sue.get("/desk/turnaround/week"), service.get("sue", "/turnaround/week").json()
        assert [one["number"] for one in told["due"]] == [number]
        assert (told["due_count"], told["unit"], told["from"]) == (1, None, f"{service.now:%Y-%m-%d}")
        assert [one["of"] for one in told["holding"]] == ["taipower"]
        (risen,) = told["rising"]
        assert (risen["asked"], risen["before"], len(risen["examples"])) == (5, 0.0, 3)
        assert "0912345678" not in str(told)
        for key, part in PARTS.items():
            answer = service.get("sue", "/turnaround/week", format="csv", table=key)
            assert sue.get(f"/desk/turnaround/week/file.csv?table={key}").answer.content == answer.content
            head, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
            assert head == list(part.columns)
            for row in rows:
                assert row[0] in page.text
        assert [page.text.index(part.title) for part in PARTS.values()] == sorted(
            page.text.index(part.title) for part in PARTS.values()
        )
        book = sue.get("/desk/turnaround/week/file.xlsx").answer.content
        with zipfile.ZipFile(io.BytesIO(book)) as opened:
            sheets = opened.read("xl/workbook.xml").decode()
        assert [sheets.index(part.title) for part in PARTS.values()] == sorted(
            sheets.index(part.title) for part in PARTS.values()
        )
        refused = service.get("sue", "/turnaround/week", format="csv")
        assert refused.status_code == 422
        assert "due（本週到期，未辦結即逾限）" in refused.json()["detail"]
        for path in ("/desk/turnaround/week/file.ods", "/api/v1/turnaround/week"):
            assert service.ask("GET", path, headers=service.headers("alice")).status_code in {303, 403}


def test_every_number_of_the_week_opens_what_it_counts(database_url):
    """Questions to a partner, enquiries of a topic that rises, those that became cases, and whose cases are many."""
    with Service(database_url) as service:
        number = service.asked_of("taipower")
        for place in range(6):
            asked(service, "甲申光電", f"租約補發第 {place} 問", at=service.now)
        with service.runtime.writing() as (session, _office):
            found = list(session.scalars(select(Enquiry).order_by(Enquiry.id)))
            case = session.scalars(select(Case).where(Case.number == number)).one()
            found[-1].case_id, found[-1].decision = case.id, "hand_over"
            topic = (found[-1].category, found[-1].topic)
        service.later(days=1)
        sue = Visitor(service, "sue")
        page = sue.get("/desk/turnaround/week")
        assert page.outline.broken_rules() == []
        links = [html.unescape(one) for one in page.outline.links]
        (rising,) = [one for one in links if "figure=asked" in one]
        (became,) = [one for one in links if "figure=unanswered" in one]
        (held,) = {one for one in links if one.startswith("/desk/consultations?")}
        told = service.get("sue", "/turnaround/week").json()
        assert f"category={topic[0]}" in rising
        listed = sue.get(rising)
        assert (listed.status, listed.outline.broken_rules()) == (200, [])
        assert f"共 {told['rising'][0]['asked']} 則" in listed.text
        assert "租約補發第 0 問" in listed.text
        listed = sue.get(became)
        assert "共 1 則" in listed.text
        assert number in listed.text
        other = sue.get(became.replace(f"category={topic[0]}", "category=tax"))
        assert ("共 0 則" in other.text) == (topic[0] != "tax")
        assert sue.get(became.replace(f"category={topic[0]}", "category=x")).status == 422
        rows = sue.get(rising.replace("/bot/asked?", "/bot/asked/file.csv?")).answer.content.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(rows)))) == told["rising"][0]["asked"]
        assert number in sue.get(held).text
