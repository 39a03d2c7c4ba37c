"""What axe-core says of pages, on a telephone and on a desk's screen, every folded form open.

The rules are those of WCAG 2.2 A and AA, which 網站無障礙規範 (115.11) takes over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.permissions import Role
from routing.service.accounts import authentication
from routing.service.accounts.passwords import hash_password
from routing.service.bindings import commands as bindings
from routing.service.cases import locked_case
from routing.service.knowledge_admin import effects, versions
from routing.service.knowledge_admin.active import body_of
from routing.store.bindings.schema import CaseShare
from routing.store.cases import queries as case_store
from tests.e2e.test_desk_browser import PASSWORD, Desk, sign_in
from tests.harness.few_entries import actor
from tests.harness.hostile_input import routes
from tests.harness.pages import Visitor
from tests.harness.waiting import eventually

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}}
WIDTHS = (390, 1440)
CORE = ("/desk", "/desk/cases", "/desk/cases/{number}", "/desk/cases/{number}/print", "/desk/new", "/desk/turnaround")
"""Those that officers have open all day."""
FIRM = ("/firm", "/firm/cases/{shared}", "/firm/cases/KP-1000101-0001", "/firm?lang=en", "/firm/cases/{shared}?lang=ja")
"""Those of a firm that is signed in: its list, a case, one that it may not see, and other languages."""
NOBODY = ("/desk/sign-in", "/privacy", "/firm/sign-in", "/firm/sign-in?problem=unknown", "/firm/sign-in?lang=en")
"""Those that anybody sees."""
UBN = "12345675"
PEOPLE: dict[str, tuple[Role, str | None, str | None]] = {
    "may": (Role.OFFICER, "用地工程科", None),
    "root": (Role.ADMIN, "用地工程科", None),
    "tai": (Role.PARTNER, None, "taipower"),
}
_NO_PAGE = (
    "/api/",
    "/static",
    "/healthz",
    "/readyz",
    "/metrics",
    "/files/",
    "/my-data/",
    "/asked/",
    "/desk/files/",
    "/firm",
)
"""What programs read, pages behind a link that ends, and those of firms, who have another key."""
_LEFT_OUT = ("{ending}", "oidc", "/desk/queue", "/reply", "/export")
"""Files, other people's pages, a part of a page, a page that leads on."""
_ADMIN = (
    "absences", "calendar", "limits", "notices", "access", "running", "keeping", "inventory", "feeds", "withdrawn",
    "assist",
)  # fmt: skip


@contextmanager
def filled_desk(folder: Path) -> Iterator[tuple[Desk, dict[str, str]]]:
    """A desk where something stands on every page, and the values of its addresses."""
    with Desk(f"sqlite:///{folder / 'desk.db'}", ONESTOP_FIRM_PAGES="on") as desk:
        with desk.runtime.database.writing() as session:
            for name, (role, unit, agency) in PEOPLE.items():
                authentication.add_staff(
                    session, email=f"{name}@axe.example", name=name, role=role, unit=unit, categories=(),
                    agency=agency, password=hash_password(PASSWORD), now=desk.now,
                )  # fmt: skip
        config = uvicorn.Config(desk.app, host="127.0.0.1", port=desk.port, log_config=None, log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        eventually(lambda: server.started, what="the desk's server")
        yield desk, _fill(desk)
        server.should_exit = True
        thread.join(timeout=10)


def _fill(desk: Desk) -> dict[str, str]:
    number, other = desk.opened_on_line(), desk.opened(text="路燈不亮", subject="路燈")
    for path, body in (
        ("messages", {"text": "請備妥申請書。"}),
        ("messages", {"text": "@bob 請看", "internal": True}),
        ("watch", {"watched": True}),
        ("links", {"number": other, "relation": "related"}),
        ("extension", {"days": 2, "reason": "待查證"}),
        ("consultations", {"unit": "環安勞動科", "question": "請確認"}),
        ("consultations", {"agency": "taipower", "question": "請確認契約容量"}),
    ):
        answer = desk.post("alice", f"/cases/{number}/{path}", body)
        assert answer.status_code < 300, answer.text
    draft = desk.post("alice", f"/cases/{other}/drafts", {"text": "擬復如下。"})
    assert draft.status_code == 201, draft.text
    asked = desk.get("alice", "/consultations").json()["items"][0]["id"]
    joint = desk.post("alice", "/consultations", {
        "numbers": [desk.opened(subject=f"停電 {n}") for n in range(3)], "agency": "taipower", "consent": "no_data",
        "question": "請問何時復電？",
    })  # fmt: skip
    assert joint.status_code == 201, joint.text
    canned = desk.post("alice", "/canned", {"title": "補件", "unit": "用地工程科", "texts": {"zh-TW": "請補件。"}})
    assert canned.status_code == 201, canned.text
    kept = Visitor(desk, "bob")
    kept.get(f"/desk/cases/{number}")
    desk.post("alice", f"/cases/{number}/messages", {"text": "已電詢。", "internal": True})
    made = desk.post("sue", "/incidents", {"title": "停電", "parks": ["楠梓"]})
    assert made.status_code == 201, made.text
    words = dict.fromkeys(READING_LANGUAGES, "停電")
    notice = desk.post("alice", "/notices", {"topic": "outage", "parks": ["楠梓"], "title": words, "body": words})
    assert notice.status_code == 201, notice.text
    return {
        "notice_id": str(notice.json()["id"]), "shared": _shared(desk),
        "number": number, "consultation_id": str(asked), "incident_id": str(made.json()["id"]),
        "edit_id": str(_drafted(desk)), "set_id": "feeder-capacity", "reply_id": str(canned.json()["id"]),
        "entry_id": "land-lease-renewal", "year": "115", "name": "staff", "kind": "parks", "code": "nanzih",
    }  # fmt: skip


def _shared(desk: Desk) -> str:
    """A case that the people of its firm share, and were answered in."""
    number = desk.opened(firm={"name": "晴川精密有限公司", "ubn": UBN}, subject="續租文件")
    with desk.runtime.database.writing() as session:
        row = case_store.by_number(session, number)
        assert row is not None
        session.add(CaseShare(case_id=row.id, since=desk.now))
    answer = desk.post("alice", f"/cases/{number}/messages", {"text": "請備妥申請書。", "via": "phone"})
    assert answer.status_code == 201, answer.text
    return number


def code_for(desk: Desk, number: str) -> str:
    """A code by which the firm of a case signs in, as an officer hands it out."""
    with desk.runtime.writing() as (session, office):
        return bindings.issue_code(locked_case.change(session, office, number, actor("sue"), now=desk.now))[0]


def _drafted(desk: Desk) -> int:
    """A draft that loses a language, and was tried."""
    with desk.runtime.writing() as (session, _):
        known = desk.runtime.knowledge.active(session)
        entry = known.base.entry("land-lease-renewal")
        assert entry is not None
        body = {**body_of(entry), "en": {"question": "", "answer": ""}}
        edit_id = versions.draft(session, actor("alice"), known, body, note="", now=desk.now)
        row = effects.ask_for(session, actor("alice"), edit_id, now=desk.now)
        row.trial_at, row.trial = desk.now, {"looked": 0, "found": {kind: [] for kind in effects.KINDS}}
    return edit_id


def addressed(path: str, values: dict[str, str]) -> str:
    """A path with its values."""
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def pages(desk: Desk, values: dict[str, str]) -> list[str]:
    """The address of every page for people, from the routes themselves."""
    found = {
        addressed(path, values) for method, path in routes(desk.app)
        if method == "GET" and not path.startswith(_NO_PAGE) and not any(part in path for part in _LEFT_OUT)
    }  # fmt: skip
    unknown = sorted(one for one in found if "{" in one)
    assert not unknown, f"no value for {unknown}"
    return sorted({*found, *(f"/desk/admin/{name}" for name in _ADMIN), "/desk/turnaround?by=category"})


@contextmanager
def signed_in(chromium: Browser, desk: Desk, who: str | None, *, code: str = "") -> Iterator[BrowserContext]:
    """A browser in which somebody is signed in; None: nobody; ``firm``: a firm, by a code."""
    context = chromium.new_context(locale="zh-TW", timezone_id="Asia/Taipei", reduced_motion="reduce")
    if who == "firm":
        page = context.new_page()
        page.goto(f"{desk.url}/firm/sign-in")
        page.get_by_label("統一編號").first.fill(UBN)
        page.get_by_label("綁定碼").fill(code)
        page.get_by_role("button", name="登入").click()
        page.wait_for_url("**/firm")
        page.close()
    elif who is not None:
        page = context.new_page()
        if who == "tai":
            page.goto(f"{desk.url}/desk")
            page.get_by_label("電子郵件").fill(f"{who}@axe.example")
            page.get_by_label("密碼").fill(PASSWORD)
            page.get_by_role("button", name="登入").click()
            page.wait_for_url("**/desk")
        else:
            sign_in(page, desk, f"{who}@axe.example")
        page.close()
    yield context
    context.close()


def tick(page: Page, button: str) -> None:
    """Tick cases of the list and press one of the buttons below it, whatever is filled in."""
    page.evaluate("document.querySelectorAll('details.bulk').forEach((one) => { one.open = true; })")
    for box in page.locator("input[form=bulk][type=checkbox]").all()[:3]:
        box.check()
    page.evaluate("document.getElementById('bulk').noValidate = true")
    page.locator("#bulk [name=reason]").fill("測試")
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state("networkidle")


POSTED = ("辦理", "合併會辦勾選的案件")
"""Buttons of the list behind which stand pages that no address gives: a refused step, the form of a joint question."""


def findings(context: BrowserContext, desk: Desk, address: str, *, button: str = "") -> list[str]:
    """Each rule that a page breaks, and where; ``button``: of the page that follows a press of it on the list."""
    axe, found = Axe(), []
    page = context.new_page()
    page.goto(desk.url + address)
    if button:
        tick(page, button)
        address += f" › {button}"
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for rule in axe.run(page, options=RULES).response["violations"]:
            places = ", ".join(str(node["target"][0]) for node in rule["nodes"][:3])
            found.append(f"{address} at {width}: {rule['id']}: {places}")
    page.close()
    return found
