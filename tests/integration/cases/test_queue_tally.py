"""A queue that is longer than its page: the most urgent is listed, and all of it is counted; on both databases."""

import json
import random
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from routing.domain.permissions import Role
from routing.service.accounts import authentication
from routing.service.cases import histories
from routing.service.cases import queue as case_queue
from routing.store.accounts import queries as account_store
from routing.store.cases import tally
from routing.store.cases.schema import Case as CaseRow
from routing.store.messaging.schema import Outbox
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

COUNT = 230


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def many(service, count=COUNT):
    """Open cases of a month, by a file."""
    lines = []
    for number in range(count):
        received = service.now - timedelta(days=30 - number // 20, minutes=number % 20)
        lines.append(json.dumps({
            "number": f"KP-{received.year - 1911}{received:%m%d}-{number % 20 + 1:04d}", "kind": "ENQ",
            "category": "land", "channel": "phone", "park": "楠梓", "unit": "用地工程科", "subject": "續租",
            "firm": {"name": f"第{number}公司"}, "received_at": received.isoformat(), "events": [],
        }, ensure_ascii=False))  # fmt: skip
    with service.runtime.writing() as (session, office):
        assert histories.import_histories(session, office, lines, skip_bad=False, now=service.now).imported == count


def stirred(service, seed):
    """The rows in all manner of states, as no history could make so many."""
    chosen, today = random.Random(seed), service.now.date()
    people = [email(name) for name in ("alice", "bob", "carol")] + [None]
    maybe = lambda value, share=0.2: value if chosen.random() < share else None  # noqa: E731
    with service.runtime.database.writing() as session:
        for row in session.scalars(select(CaseRow).order_by(CaseRow.id)):
            row.assignee = chosen.choice(people)
            row.status = chosen.choice(["received", "assigned", "in_progress", "waiting_firm", "waiting_agency"])
            row.waiting_on = {"waiting_firm": "firm", "waiting_agency": "agency"}.get(row.status)
            row.promised_on = today + timedelta(days=chosen.randint(-1, 3)) if chosen.random() < 0.9 else None
            row.late, row.unseen = chosen.random() < 0.1, chosen.random() < 0.2
            row.alert, row.first_reply_at = maybe("fire"), maybe(service.now, 0.5)
            row.call_asked_at, row.firm_spoke_at, row.piece_at = (
                maybe(service.now),
                maybe(service.now),
                maybe(service.now),
            )
            row.partner_answered_at, row.draft_by = maybe(service.now), maybe(email(chosen.choice(["alice", "sue"])))
            row.pending_extension, row.confidential = chosen.random() < 0.2, chosen.random() < 0.1
            if chosen.random() < 0.1:
                session.add(Outbox(
                    kind="push", channel="line", retry_key=f"k{row.id}", case_id=row.id, reason="replied", payload=[],
                    created_at=service.now, due_at=service.now, attempts=1, doubtful=False, state="dead",
                ))  # fmt: skip


def shown(page):
    """The tally of a page, by group."""
    part = page.html.partition('<ul class="tally"')[2].partition("</ul>")[0]
    found = {}
    for item in part.split('<li class="tally-')[1:]:
        found[item.split('"')[0].split()[0]] = int(item.partition("<strong>")[2].partition("<")[0])
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_database_counts_is_what_the_page_would_count_of_all(service, seed):
    many(service, 120)
    stirred(service, seed)
    absent = date(2026, 11, 16)
    answer = Visitor(service, "adam").ask(
        "POST", "/desk/admin/absences/add", data={"email": email("bob"), "first": f"{absent}", "last": f"{absent}"}
    )
    assert answer.status == 200
    for who in ("alice", "sue", "adam"):
        for view in ("mine", "unit", "all"):
            with service.runtime.reading() as (session, office):
                staff = account_store.staff_by_email(session, email(who))
                actor = authentication.actor_of(session, staff, now=service.now)
                ask = {"now": service.now, "view": view, "category": None, "status": None, "q": None}
                whole = case_queue.own_queue(session, office, actor, **ask, limit=1000)
                few = case_queue.own_queue(session, office, actor, **ask, limit=5)
            assert whole.tally is None
            assert whole.total == whole.listed == few.total, (who, view)
            if few.listed == few.total:
                continue
            lines = [line for name in case_queue.GROUPS for line in whole.group(name)]
            for mark in tally.MARKED:
                assert few.tally.marks[mark] == sum(mark in line.marks for line in lines), (who, view, mark)
            assert sum(few.tally.groups.values()) == whole.total
            taken = {"draft", "approval"}
            for name in case_queue.GROUPS:
                left = [
                    line for line in whole.group(name)
                    if name in {"alert", "call"} or actor.role not in {Role.SUPERVISOR, Role.ADMIN}
                    or not (line.row.pending_extension or line.row.draft_by not in {None, actor.email})
                ]  # fmt: skip
                assert few.tally.groups[name] == len(left), (who, view, name)
            assert set(few.tally.groups) <= {*case_queue.GROUPS, *taken}


def test_the_page_lists_the_most_urgent_counts_all_and_says_so(service):
    many(service)
    page = Visitor(service, "sue").get("/desk?view=all")
    assert page.outline.broken_rules() == []
    assert f"共 {COUNT} 件待辦，以下列出最急的 200 件" in page.text
    assert page.html.count('data-label="限辦日期"') == 200
    assert sum(shown(page).values()) == COUNT
    file = Visitor(service, "sue").get("/desk/queue/file.csv?view=all")
    assert file.answer.text.count("KP-") == COUNT
    first = Visitor(service, "sue").get("/desk?view=all&category=tax")
    assert "以下列出" not in first.text


def test_a_group_of_which_none_is_listed_is_counted_and_leads_nowhere(service):
    """Before: its number led to a part of the page that was not there."""
    many(service)
    with service.runtime.database.writing() as session:
        for row in session.scalars(select(CaseRow).order_by(CaseRow.id.desc()).limit(5)):
            row.assignee, row.status, row.unseen = email("bob"), "in_progress", False
            row.promised_on, row.late = service.now.date() + timedelta(days=30), False
    page = Visitor(service, "sue").get("/desk?view=all")
    assert shown(page)["working"] == 5
    for place in re.findall(r'href="#(group-\w+)"', page.html):
        assert f'id="{place}"' in page.html
