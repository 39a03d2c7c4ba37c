"""S5 and S11: scripts, markup and formulas in what people write, on every page, in every file, in a browser."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from urllib.parse import urljoin, urlsplit
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from bot.desk.reporting.chart import monthly
from routing.domain.permissions import Role
from routing.domain.reporting.figures import Tally
from routing.domain.reporting.statistics import Group
from routing.service.accounts import authentication
from routing.store.accounts.schema import Staff
from routing.store.cases.schema import Case as CaseRow
from tests.harness import local_http
from tests.harness.branch import add_contact
from tests.harness.cast import email
from tests.harness.few_entries import drafted, with_few_entries
from tests.harness.hostile_input import FORMULAS, XSS, Injected
from tests.harness.pages import Outline, Visitor
from tests.harness.served import Served
from tests.harness.service import PHONE_CASE, Service

PERIOD = {"from": "2026-11-01", "to": "2026-11-16"}
_NOT_FOLLOWED = ("/static", "/desk/files", "/api", "http", "tel:", "mailto:", "#")


def poisoned(service: Service) -> Service:
    """Every text that anybody can enter holds an attack; every attack stands somewhere."""
    with service.runtime.database.writing() as session:
        session.scalars(select(Staff).where(Staff.email == email("alice"))).one().name = XSS[0]
    chunks = ["\n".join(XSS[start : start + 30]) for start in range(0, len(XSS), 30)]
    numbers = []
    for place, words in enumerate((*XSS[::7], *chunks)):
        short = XSS[(place * 5) % len(XSS)]
        values = {
            "firm": short[:120],
            "contact": short[:80],
            "phone": short[:40],
            "subject": short[:200],
            "text": words,
        }
        number = service.opened(**values)
        numbers.append(number)
        service.post("alice", f"/cases/{number}/messages", {"text": words, "internal": True})
        service.post("alice", f"/cases/{number}/messages", {"text": words, "via": "letter", "doc_no": short[:60]})
    first, second, third, *_ = numbers
    service.post("alice", f"/cases/{first}/extension", {"days": 2, "reason": XSS[1]})
    service.post("alice", f"/cases/{second}/wait", {"on": "agency", "agency": "taipower", "message": XSS[2]})
    service.post("sue", f"/cases/{second}/category", {"category": "tax", "reason": XSS[3]})
    service.post("alice", f"/cases/{third}/close", {"outcome": "answered", "summary": XSS[4]})
    service.post("alice", f"/cases/{third}/reopen", {"reason": XSS[5]})
    service.post("alice", f"/cases/{third}/close", {"outcome": "answered", "summary": XSS[6]})
    drafted(service, "bob", answer=f"回答{XSS[2]}"[:290], question=f"問題{XSS[9]}"[:30])
    with service.runtime.database.writing() as session:
        contact = add_contact(session, uuid4().hex, now=service.now, reachable=False, display_name=XSS[3], name=XSS[4])
        session.scalars(select(CaseRow).where(CaseRow.number == first)).one().contact_id = contact
    adam = Visitor(service, "adam")
    adam.ask("POST", "/desk/admin/calendar/close", data={
        "day": "2026-12-01", "county": "高雄市", "part": "full", "district": XSS[8][:20], "source": XSS[5],
    })  # fmt: skip
    return service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('scripts') / 'desk.db'}") as service:
        yield poisoned(with_few_entries(service))


def crawled(visitor, *starts, limit=90):
    """Every page that can be reached by links, one of each kind several times over."""
    waiting, seen = list(starts), set()
    while waiting and len(seen) < limit:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page = visitor.get(path)
        if not page.answer.headers["content-type"].startswith("text/html"):
            continue
        yield path, page
        links = (urljoin(path, link) for link in page.outline.links if not link.startswith(_NOT_FOLLOWED))
        waiting += [link for link in links if urlsplit(link).path.startswith("/desk")]


STARTS = (
    "/desk?view=all", "/desk/cases", "/desk/deliveries", "/desk/turnaround?from=2026-11-01&to=2026-11-16&by=officer",
    "/desk/turnaround/cases?from=2026-11-01&to=2026-11-16&figure=received", "/desk/knowledge",
    "/desk/knowledge/drafts", "/desk/knowledge/entries/land-lease-renewal", "/desk/admin/staff", "/desk/admin/calendar",
    "/desk/admin/absences", "/desk/admin/audit", "/desk/knowledge/unanswered", "/desk/knowledge/corrections",
)  # fmt: skip


@pytest.mark.parametrize("who", ["adam", "sue", "bob", "tai"])
def test_no_page_holds_what_somebody_wrote_as_markup(service, who):
    """S5: by a parser, on every page that links lead to."""
    pages = 0
    for path, page in crawled(Visitor(service, who), *STARTS):
        assert page.status in {200, 403, 404}, path
        assert Injected(page.html).found == [], path
        pages += 1
    assert pages > 10


def test_what_was_written_is_shown_letter_by_letter(service):
    """S5: nothing is swallowed, and no template is worked out ({{7*7}} stays what it is)."""
    shown = "".join(page.text for path, page in crawled(Visitor(service, "adam"), "/desk/cases") if "/cases/" in path)
    for payload in XSS:
        lines = [line.strip() for line in payload.splitlines() if line.strip()]
        assert all(line in shown for line in lines), payload


ECHOES = [
    ("/desk", "q"), ("/desk/cases", "q"), ("/desk/cases", "unit"), ("/desk/cases", "cursor"), ("/desk/sign-in", "next"),
    ("/desk/knowledge", "q"), ("/desk/knowledge", "category"), ("/desk/knowledge", "state"),
    ("/desk/knowledge/try", "q"),
    ("/desk/knowledge/unanswered", "week"), ("/desk/knowledge/new", "case"), ("/desk/turnaround", "kind"),
    ("/desk/turnaround", "from"), ("/desk/turnaround/cases", "group"), ("/desk/turnaround/cases", "figure"),
    ("/desk/deliveries", "before"), ("/desk/deliveries", "state"), ("/desk/admin/audit", "before"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "name"), ECHOES)
def test_nothing_in_an_address_becomes_markup(service, path, name):
    """S5: reflected, on good pages and on refusals."""
    query = {"figure": "received", **PERIOD}
    for payload in XSS[::11]:
        page = Visitor(service, None if "sign-in" in path else "adam").get(path, params={**query, name: payload})
        assert page.status < 500
        assert Injected(page.html).found == [], payload


@pytest.mark.parametrize("payload", XSS[::9])
def test_a_refused_form_shows_what_was_typed_as_text(service, payload):
    alice = Visitor(service, "alice")
    data = dict.fromkeys(("firm", "contact", "phone", "subject", "text", "ubn", "park", "category"), payload)
    page = alice.ask("POST", "/desk/new", data=data)
    assert page.status == 422
    assert Injected(page.html).found == []
    signed = Visitor(service).ask("POST", "/desk/sign-in", data={"email": payload, "password": payload})
    assert signed.status == 401
    assert Injected(signed.html).found == []


def test_a_label_of_the_chart_is_text():
    """S5: an image with a script in it would run when opened by itself."""
    for payload in XSS[::5]:
        svg = monthly([Group(payload, Tally().figures())], title=payload).svg
        for element in ET.fromstring(svg).iter():  # noqa: S314 - our own drawing
            assert element.tag.rpartition("}")[2] not in {"script", "foreignObject", "a", "image", "iframe", "animate"}
            assert not any(name.startswith("on") or name.endswith("href") for name in element.attrib), payload


def test_a_problem_of_the_api_is_no_page(service):
    for payload in XSS[::9]:
        answer = service.get("adam", "/cases", status=payload)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_of_figures_hold_no_formula(tmp_path):
    """S11: the names of officers and what they hold, read back as spreadsheets do."""
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        for place, formula in enumerate(FORMULAS):
            with service.runtime.database.writing() as session:
                session.add(
                    Staff(
                        email=f"=1+1+{place}@kp.example", name=formula, role=Role.OFFICER.value, unit="用地工程科",
                        categories=[], password_hash="-", created_at=service.now,
                    )
                )  # fmt: skip
            made = service.post("alice", "/cases", {**PHONE_CASE, "firm": formula, "subject": formula})
            number = made.json()["number"]
            service.post("sue", f"/cases/{number}/assignment", {"assignee": f"=1+1+{place}@kp.example"})
        query = {**PERIOD, "by": "officer"}
        sue = Visitor(service, "sue")
        for get in (lambda ending: sue.get(f"/desk/turnaround/file.{ending}", params=query).answer,
                    lambda ending: service.get("sue", "/turnaround", format=ending, **query)):  # fmt: skip
            rows = list(csv.reader(io.StringIO(get("csv").content.decode("utf-8-sig"))))
            assert any("1+1" in cell for row in rows for cell in row)
            assert [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-\D", cell)] == []
            assert "<f>" not in member(get("xlsx"), r"xl/worksheets/.*\.xml")
            assert "formula" not in member(get("ods"), r"content\.xml")


def member(answer, name) -> str:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        found = [package.read(one).decode() for one in package.namelist() if re.fullmatch(name, one)]
    assert found
    return "".join(found)


@pytest.mark.browser
def test_no_script_runs_in_a_browser(chromium, tmp_path):
    """S5: Chromium runs nothing of it, and never even had to be stopped by the policy."""
    with Served(f"sqlite:///{tmp_path / 'desk.db'}") as service, service.on_its_port():
        look_around(chromium, poisoned(with_few_entries(service)))


def look_around(chromium, service):
    with service.runtime.database.writing() as session:
        staff = session.scalars(select(Staff).where(Staff.email == email("adam"))).one()
        token = authentication.begin_session(session, staff, now=service.now)
    context = chromium.new_context(locale="zh-TW")
    context.add_cookies([{"name": "sid", "value": token, "url": f"http://127.0.0.1:{service.port}"}])
    context.add_init_script(
        "window.pwn = () => { window.pwned = 1; };"
        "document.addEventListener('securitypolicyviolation', () => { window.stopped = 1; });"
    )
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    numbers = [case["number"] for case in service.get("adam", "/cases", limit=200).json()["items"]]
    paths = [*STARTS, *(f"/desk/cases/{number}" for number in numbers[-3:] + numbers[:6])]
    paths.append("/desk/turnaround?from=2026-11-01&to=2026-11-16")
    for path in paths:
        page.goto(f"http://127.0.0.1:{service.port}{path}", wait_until="load")
        assert page.evaluate("[window.pwned, window.stopped, document.title]")[:2] == [None, None], path
        assert page.title() != "pwned"
    context.close()
    assert Outline(local_http.get(f"http://127.0.0.1:{service.port}/privacy").text).broken_rules() == []
