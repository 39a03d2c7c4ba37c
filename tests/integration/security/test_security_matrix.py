"""S6: every route against every role and every kind of object, generated from the application's own routes.

A route that is not in GUARDS fails the suite: nothing is reachable without somebody having said for whom.
"""

from __future__ import annotations

import functools
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.web.case_steps import CASE_STEPS as STEPS
from routing.service.messaging.inbox_writer import Intake
from routing.store.assist.schema import AssistOutput
from routing.store.bindings.schema import Binding
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseDraft
from routing.store.consultations.schema import Consultation
from routing.store.conversation.schema import Message
from routing.store.documents.schema import CaseDocument
from routing.store.messaging.schema import Outbox
from tests.harness.branch import add_contact
from tests.harness.cast import email
from tests.harness.few_entries import with_few_entries
from tests.harness.hostile_input import routes
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service

WHO = ("anonymous", "nina", "carol", "tai", "alice", "sue", "adam")
"""The refused ones first: what passes may change the case."""
PARTNERS = {"nina", "tai"}

PUBLIC, STAFF, TEAM, ADMIN, LEADERS = "public", "staff", "team", "admin", "leaders"
READ, ANSWER, WRITE, LEAD = "read a case", "answer an agency's wait", "write a case", "decide on a case"
TEAM_WRITE, TEAM_READ = "write a case, of the team", "read what a firm sent"
ON_CASES = {READ, TEAM_READ, ANSWER, WRITE, LEAD, TEAM_WRITE}

_API, _DESK, _KNOW = "/api/v1", "/desk", "/desk/knowledge"
GUARDS: dict[tuple[str, str], str] = {
    **dict.fromkeys(
        [("GET", path) for path in ("/", "/privacy", "/healthz", "/readyz", "/metrics", "/static", "/static/vendor")],
        PUBLIC,
    ),
    ("GET", "/my-data/{token}"): PUBLIC,
    ("GET", f"{_API}/openapi.json"): PUBLIC,
    ("GET", f"{_DESK}/sign-in"): PUBLIC,
    ("POST", f"{_DESK}/sign-in"): PUBLIC,
    ("POST", f"{_DESK}/sign-out"): PUBLIC,
    **{("GET", f"{_API}/{name}"): STAFF for name in ("cases", "consultations", "me", "knowledge", "live")},
    **{("GET", f"{_API}/{name}"): TEAM for name in (
        "staff", "deliveries", "ledger", "notice-policies", "turnaround", "turnaround/held", "turnaround/bot",
        "satisfaction",
    )},
    ("POST", f"{_API}/cases"): TEAM,
    ("GET", f"{_API}/registry/{{ubn}}"): TEAM,
    ("GET", f"{_API}/assistance"): ADMIN,
    ("POST", f"{_API}/assistance/decision"): ADMIN,
    **{(method, f"{root}/cases/{{number}}/{where}"): TEAM_WRITE for root, where in (
        (_API, "assistance"), (_DESK, "assist"),
    ) for method in ("GET", "POST")},
    ("GET", f"{_API}/cases/{{number}}/assistance/{{output_id}}"): TEAM_WRITE,
    ("POST", f"{_API}/cases/{{number}}/assistance/{{output_id}}/discard"): TEAM_WRITE,
    ("GET", f"{_DESK}/cases/{{number}}/assist/{{output_id}}/reply"): TEAM_WRITE,
    ("POST", f"{_DESK}/cases/{{number}}/assist/{{output_id}}/discard"): TEAM_WRITE,
    ("POST", f"{_DESK}/cases/{{number}}/registry"): TEAM_WRITE,
    **{("GET", f"{_API}/notices{path}"): TEAM for path in ("", "/{notice_id}")},
    ("POST", f"{_API}/notices"): TEAM,
    ("POST", f"{_API}/notices/{{notice_id}}/approval"): LEADERS,
    ("POST", f"{_API}/notices/{{notice_id}}/stop"): TEAM,
    **{(method, f"{_DESK}/notices"): TEAM for method in ("GET", "POST")},
    ("GET", f"{_DESK}/notices/{{notice_id}}"): TEAM,
    ("POST", f"{_DESK}/notices/{{notice_id}}/{{deed}}"): TEAM,
    **{("GET", f"{_API}/{name}"): TEAM for name in ("plots", "plots/unmet")},
    ("GET", f"{_API}/cases/{{number}}/plots"): TEAM_READ,
    ("POST", f"{_API}/cases/{{number}}/need"): WRITE,
    ("GET", f"{_API}/cases/{{number}}/documents"): TEAM_READ,
    **{("POST", f"{root}/cases/{{number}}/documents"): WRITE for root in (_API, _DESK)},
    **{(method, f"{root}/cases/{{number}}/documents/{{document_id}}/{path}"): guard for root in (_API, _DESK)
       for method, path, guard in (("GET", "file.{ending}", TEAM_READ), ("POST", "number", WRITE))},
    ("POST", f"{_API}/cases/{{number}}/documents/{{document_id}}/returned"): WRITE,
    **{("GET", f"{_API}/question-sets{path}"): TEAM for path in ("", "/{set_id}")},
    ("POST", f"{_API}/question-sets"): TEAM,
    ("POST", f"{_API}/question-sets/drafts/{{version_id}}/approval"): TEAM,
    ("GET", f"{_API}/cases/{{number}}/answers"): TEAM_READ,
    **{("POST", f"{root}/cases/{{number}}/answers"): WRITE for root in (_API, _DESK)},
    **{("GET", f"{_KNOW}/questions{path}"): TEAM for path in (
        "", "/export", "/new", "/sets/{set_id}", "/sets/{set_id}/edit",
    )},
    **{("POST", f"{_KNOW}/questions/{path}"): TEAM for path in (
        "import", "preview", "drafts", "drafts/{version_id}/{deed}",
    )},
    ("POST", f"{_DESK}/cases/{{number}}/need"): WRITE,
    **{("GET", f"{_DESK}/plots{path}"): TEAM for path in ("", "/unmet")},
    ("POST", f"{_DESK}/plots/import"): TEAM,
    ("GET", f"{_API}/cases/{{number}}"): READ,
    **{
        ("GET", f"{_API}{path}"): TEAM_READ
        for path in ("/cases/{number}/files/{media_id}", "/files/{media_id}", "/files/{media_id}/thumbnail")
    },
    ("GET", f"{_API}/cases/{{number}}/files"): READ,
    ("POST", f"{_API}/cases/{{number}}/files"): ANSWER,
    **{(method, f"{_API}/files/{{media_id}}/link"): TEAM_WRITE for method in ("POST", "DELETE")},
    ("GET", "/files/{token}"): PUBLIC,
    **{
        ("POST", f"{_API}/cases/{{number}}/{step}"): WRITE
        for step in (
            "messages", "assignment", "category", "kind", "wait", "extension", "close", "reopen", "confidential",
            "rating", "correction", "called", "plots", "consultations", "merge", "links",
            "watch", "snooze", "drafts",
        )
    },
    ("PATCH", f"{_API}/cases/{{number}}"): WRITE,
    **{("GET", f"{_DESK}/consultations{path}"): TEAM for path in ("", "/figures")},
    ("POST", f"{_API}/consultations"): TEAM,
    **{(method, f"{_DESK}/admin/case-import"): ADMIN for method in ("GET", "POST")},
    **{(method, f"{_DESK}/knowledge/drafts/{{edit_id}}/{part}"): TEAM
       for method, part in (("GET", "effects"), ("POST", "trial"))},
    ("POST", f"{_DESK}/consultations/together"): TEAM,
    **{(method, f"{base}/incidents"): TEAM for method in ("GET", "POST") for base in (_API, _DESK)},
    **{("GET", f"{base}/incidents/{{incident_id}}"): TEAM for base in (_API, _DESK)},
    **{("POST", f"{_API}/incidents/{{incident_id}}/{deed}"): TEAM for deed in ("cases", "messages", "close")},
    ("DELETE", f"{_API}/incidents/{{incident_id}}/cases/{{number}}"): TEAM,
    **{("POST", f"{_DESK}/incidents/{{incident_id}}/{deed}"): TEAM
       for deed in ("cases", "take-out", "messages", "close")},
    **{("GET", f"{base}/consultations/{{consultation_id}}"): READ for base in (_API, _DESK)},
    **{("POST", f"{base}/consultations/{{consultation_id}}/answer"): ANSWER for base in (_API, _DESK)},
    ("POST", f"{_API}/consultations/{{consultation_id}}/withdrawal"): WRITE,
    **{("POST", f"{_DESK}/consultations/{{consultation_id}}/{deed}"): WRITE for deed in ("withdraw", "link")},
    **{(method, "/asked/{token}"): PUBLIC for method in ("GET", "POST")},
    ("POST", f"{_API}/cases/{{number}}/messages/{{message_id}}/move"): WRITE,
    ("POST", f"{_DESK}/cases/{{number}}/messages/{{message_id}}/move"): WRITE,
    **{("POST", f"{root}/cases/{{number}}/messages/{{message_id}}/take-back"): WRITE for root in (_API, _DESK)},
    ("POST", f"{_DESK}/cases/{{number}}/kept-reply"): TEAM_WRITE,
    ("POST", f"{_DESK}/cases/{{number}}/presence"): TEAM_READ,
    **{("POST", f"{_DESK}/{path}"): TEAM for path in ("bulk", "views", "views/{view_id}/remove")},
    ("GET", f"{_DESK}/cases/{{number}}/print"): TEAM_READ,
    ("POST", f"{_API}/cases/{{number}}/resume"): ANSWER,
    ("POST", f"{_API}/cases/{{number}}/extension/approval"): LEAD,
    **{("POST", f"{root}/cases/{{number}}/drafts/{{draft_id}}/approval"): LEAD for root in (_API, _DESK)},
    ("GET", f"{_API}/cases/{{number}}/extension"): WRITE,
    ("POST", f"{_API}/cases/{{number}}/extension/seen"): WRITE,
    ("POST", f"{_API}/deliveries/{{delivery_id}}/resend"): TEAM_WRITE,
    **{(method, f"{_DESK}/password"): STAFF for method in ("GET", "POST")},
    **{(method, f"{_DESK}/sign-in/code"): PUBLIC for method in ("GET", "POST")},  # leads to signing in
    **{("GET", f"{_DESK}/sign-in/oidc{path}"): PUBLIC for path in ("", "/back", "/out")},
    **{("GET", f"/firm{path}"): PUBLIC for path in ("", "/sign-in", "/cases/{number}", "/oidc", "/oidc/back")},
    **{("POST", f"/firm/{path}"): PUBLIC for path in ("sign-in", "code", "sign-out", "cases/{number}/words")},
    ("POST", f"{_DESK}/sign-in/oidc/ended"): PUBLIC,  # by the provider's signature
    ("POST", f"{_DESK}/sign-in/resume"): STAFF,
    **{("POST", f"{_DESK}/sign-in/passkey{path}"): PUBLIC for path in ("", "/check")},
    ("GET", f"{_DESK}/sign-in/passkey"): PUBLIC,  # leads to signing in
    ("GET", f"{_DESK}/passkeys"): STAFF,
    **{("POST", f"{_DESK}/passkeys/{deed}"): STAFF for deed in ("begin", "add", "remove")},
    ("GET", f"{_DESK}/second-factor"): STAFF,
    **{("POST", f"{_DESK}/second-factor/{deed}"): STAFF for deed in ("begin", "confirm", "codes", "remove")},
    **{("GET", path): TEAM for path in (f"{_API}/reminders", f"{_DESK}/reminders", f"{_DESK}/reminders/settings")},
    **{("POST", f"{_API}/reminders/{path}"): TEAM for path in ("read", "{reminder_id}/read")},
    **{("POST", f"{_DESK}/reminders/{path}"): TEAM for path in ("read", "settings", "chat-code", "chat-end")},
    **{(method, f"{root}/canned"): TEAM for method in ("GET", "POST") for root in (_API, _DESK)},
    **{(method, f"{_API}/canned/{{reply_id}}"): TEAM for method in ("POST", "DELETE")},
    ("GET", f"{_API}/directory/{{kind}}"): ADMIN,
    **{(method, f"{_API}/directory/{{kind}}/{{code}}"): ADMIN for method in ("GET", "POST", "DELETE")},
    ("GET", f"{_DESK}/canned/{{reply_id}}"): TEAM,
    ("POST", f"{_DESK}/canned/{{reply_id}}/{{deed}}"): TEAM,
    ("GET", f"{_DESK}/sessions"): STAFF,
    **{("POST", f"{_DESK}/sessions/{deed}"): STAFF for deed in ("end", "end-others")},
    **{("GET", path): STAFF for path in (_DESK, f"{_DESK}/queue", f"{_DESK}/cases")},
    **{(method, f"{_DESK}/new"): TEAM for method in ("GET", "POST")},
    ("POST", f"{_API}/notice-policies/{{notice}}"): ADMIN,
    **{("GET", f"{_DESK}/{path}"): TEAM for path in ("deliveries", "ledger", "ledger/file.{ending}",
                                               "queue/file.{ending}", "cases/file.{ending}")},
    ("POST", f"{_DESK}/deliveries/{{outbox_id}}/resend"): TEAM_WRITE,
    ("GET", f"{_DESK}/admin"): PUBLIC,  # leads to the page of accounts and says nothing
    **{("GET", f"{_DESK}/admin/{name}"): ADMIN for name in ("audit", "audit/file.{ending}", "{name}")},
    ("POST", f"{_DESK}/admin/{{name}}/{{deed}}"): ADMIN,
    ("POST", f"{_DESK}/admin/access/token"): ADMIN,
    **{("POST", f"{_DESK}/admin/calendar/{deed}"): ADMIN for deed in (
        "preview", "preview-withdrawal", "preview-year", "import",
    )},
    **{("POST", f"{_DESK}/admin/staff/{deed}"): ADMIN for deed in ("edit", "password")},
    ("GET", f"{_DESK}/admin/staff/edit"): ADMIN,
    ("GET", f"{_DESK}/admin/directory"): PUBLIC,  # leads to the page of parks and says nothing
    **{("GET", f"{_DESK}/admin/directory/{path}"): ADMIN for path in ("{kind}", "{kind}/{code}")},
    **{("POST", f"{_DESK}/admin/directory/{path}"): ADMIN for path in ("{kind}/{code}", "{kind}/{code}/restore")},
    ("GET", f"{_DESK}/deadline"): TEAM,
    ("GET", f"{_DESK}/cases/{{number}}/deadline"): TEAM_READ,
    ("POST", f"{_DESK}/admin/withdrawn/{{message_id}}/open"): ADMIN,
    **{
        ("GET", _KNOW + path): TEAM
        for path in (
            "", "/entries/{entry_id}", "/entries/{entry_id}/edit", "/new", "/drafts", "/try", "/expiry", "/unanswered",
            "/conflicts", "/corrections", "/services", "/exchange", "/export", "/fill",
        )
    },
    ("GET", f"{_KNOW}/doubles"): PUBLIC,  # leads to the page of conflicts and says nothing
    **{("POST", _KNOW + path): TEAM for path in ("/preview", "/drafts", "/import", "/services/{service_id}")},
    ("POST", f"{_KNOW}/fill/{{entry_id}}"): TEAM,
    ("POST", f"{_KNOW}/phones"): TEAM,
    **{("POST", f"{_KNOW}/drafts/{{edit_id}}/{deed}"): TEAM for deed in ("approve", "reject")},
    ("POST", f"{_KNOW}/corrections/{{correction_id}}/withdraw"): TEAM,
    ("GET", f"{_KNOW}/cases/{{number}}"): TEAM_WRITE,
    ("GET", f"{_KNOW}/cases/{{number}}/reply"): TEAM_WRITE,
    ("POST", f"{_KNOW}/cases/{{number}}/teach"): TEAM_WRITE,
    ("GET", f"{_DESK}/cases/{{number}}"): READ,
    ("GET", f"{_DESK}/files/{{media_id}}"): TEAM_READ,
    ("GET", f"{_DESK}/privacy"): LEADERS,
    ("GET", f"{_DESK}/turnaround/week"): LEADERS,
    **{("GET", f"{_DESK}/annual{path}"): LEADERS for path in ("", "/{year}", "/{year}/file.{ending}")},
    **{("POST", f"{_DESK}/annual/{{year}}/{path}"): LEADERS for path in (
        "seal", "entries", "entries/{item_id}/withdraw",
    )},
    ("GET", f"{_API}/annual/{{year}}"): LEADERS,
    **{("POST", f"{_API}/annual/{{year}}/{path}"): LEADERS for path in ("seal", "entries")},
    ("DELETE", f"{_API}/annual/{{year}}/entries/{{item_id}}"): LEADERS,
    ("POST", f"{_DESK}/privacy/requests"): LEADERS,
    ("POST", f"{_DESK}/privacy/requests/{{request_id}}/{{deed}}"): LEADERS,
    ("POST", f"{_DESK}/cases/{{number}}/files"): ANSWER,
    **{("POST", f"{_DESK}/files/{{media_id}}/{deed}"): TEAM_WRITE for deed in ("link", "unlink")},
    ("POST", f"{_DESK}/cases/{{number}}/{{step}}"): WRITE,
    ("POST", f"{_DESK}/cases/{{number}}/bindings/code"): WRITE,
    ("POST", f"{_DESK}/cases/{{number}}/bindings/email"): WRITE,
    ("POST", f"{_DESK}/cases/{{number}}/bindings/{{binding_id}}/end"): WRITE,
    **{
        ("GET", f"{_DESK}/turnaround{path}"): TEAM
        for path in (
            "", "/file.{ending}", "/cases", "/cases/file.{ending}", "/held", "/held/file.{ending}", "/bot",
            "/bot/file.{ending}", "/words",
        )
    },
}  # fmt: skip

FORMS_OF_NOBODY = {
    ("POST", f"{_DESK}/sign-in"), ("POST", f"{_DESK}/sign-in/passkey/check"), ("POST", "/firm/sign-in"),
}  # fmt: skip

REASON = {"reason": "測試"}
NOTICE = {
    "topic": "law", "parks": [], **{part: dict.fromkeys(("zh-TW", "en", "ja"), "測試") for part in ("title", "body")},
}  # fmt: skip
LETTER = {
    "agency_code": "A21000000X", "address": "測試", "recipient": "測試", "subject": "測試",
    "points": ["測試"], "to": ["測試"],
}  # fmt: skip
_SAID = dict.fromkeys(("zh-TW", "en", "ja"), "測試")
QUESTION_SET = {
    "id": "test-set", "category": "land", "topic": "rent", "unit": "用地工程科", "title": _SAID,
    "entries": ["land-lease-renewal"], "verified": "2026-11-29",
    "questions": [{"id": "one", "name": _SAID, "ask": _SAID}],
}  # fmt: skip
BODIES: dict[str, Any] = {
    f"{_API}/cases": PHONE_CASE, "plots": {"plots": [1]}, "stop": REASON, f"{_API}/notices": NOTICE,
    "messages": {"text": "測試", "via": "phone"},
    "canned": {"title": "測試", "unit": "無此單位", "texts": {"zh-TW": "測試"}},
    "{reply_id}": {"title": "測試", "unit": None, "texts": {"zh-TW": "測試"}, "version": 1}, "{code}": {"version": 0},
    "assignment": {"assignee": email("bob")},
    "category": {"category": "tax", **REASON}, "kind": {"kind": "PET", **REASON},
    "wait": {"on": "firm", "message": "請補件"}, "resume": {}, "extension": {"days": 2, **REASON},
    "approval": {"approve": True}, "seen": {}, "correction": {"subject": "更正"},
    "{number}": {"subject": "更正"}, "close": {"outcome": "withdrawn", "summary": "測試"}, "reopen": REASON,
    "confidential": {"confidential": True}, "rating": {"score": 4, "via": "phone"}, "called": {"reached": True},
    "move": {"to": ""}, "drafts": {"text": "測試"},
    "merge": {"into": "KP-1", **REASON}, "links": {"number": "KP-1", "relation": None},
    "watch": {"watched": True}, "snooze": {"until": "2027-01-01"},
    "assistance": {"use": "summary"}, "decision": {"on": False, **REASON},
    "need": {"where": "楠梓"}, "answers": {"answers": {}},
    "documents": LETTER, "number": {"doc_no": "測字第1150000001號"},
    f"{_API}/question-sets": QUESTION_SET, f"{_API}/question-sets/drafts/{{version_id}}/approval": {"approve": True},
    "consultations": {"unit": "環安勞動科", "question": "請協助確認"},
    f"{_API}/consultations": {"unit": "環安勞動科", "question": "請協助確認", "numbers": ["KP-1000101-0001"]},
    "answer": {"result": "found", "text": "已查"}, "withdrawal": {},
    "incidents": {"title": "停電", "parks": ["楠梓"]},
    f"{_API}/incidents/{{incident_id}}/cases": {"numbers": ["KP-1000101-0001"]},
    f"{_API}/incidents/{{incident_id}}/messages": {"text": "搶修中"},
    "{notice}": {"when": "never", **REASON}, "seal": REASON,
    "entries": {"section": "proactive", "label": "訪視", "figure": "12 家", "evidence": "紀錄", "owner": "投資服務科"},
}  # fmt: skip
FORMS: dict[str, dict[str, str]] = {
    "new": PHONE_CASE,
    "reply": {"text": "測試", "via": "phone"}, "note": {"text": "測試"}, "wait_firm": {"message": "請補件"},
    "wait_agency": {"message": "請確認", "agency": "taipower"}, "resume": {}, "extension": {"days": "2", **REASON},
    "approval": {"approve": "yes"}, "extension_seen": {}, "correct": {"subject": "更正"},
    "assignment": {"assignee": email("bob")}, "category": BODIES["category"],
    "kind": BODIES["kind"], "close": BODIES["close"], "reopen": REASON, "confidential": {"confidential": "yes"},
    "rating": {"score": "4", "via": "phone"}, "called": {"reached": "yes"},
    "need": {"where": "楠梓"}, "plots": {"plot.1": "on"}, "number": BODIES["number"],
    "documents": {
        **dict.fromkeys(("agency", "address", "recipient", "subject", "points", "to"), "測試"),
        "agency_code": "A21000000X", "speed": "普通件", "secrecy": "普通",
    },
    "consult": {"of": "unit:環安勞動科", "question": "請協助確認"}, "answer": {"result": "found", "text": "已查"},
    "merge": {"into": "KP-1", **REASON}, "link": {"number": "KP-1", "relation": ""},
    "draft": {"text": "測試", "outcome": ""}, "watch": {"watched": "yes"}, "snooze": {"until": "2027-01-01"},
    "assist": {"use": "summary"}, "on": REASON, "off": REASON,
    "seal": REASON, "entries": BODIES["entries"],
}  # fmt: skip
DEEDS = (
    "staff/add",
    "staff/disable",
    "staff/enable",
    "staff/identity",
    "staff/passkeys",
    "absences/add",
    "absences/remove",
    "calendar/close",
    "calendar/withdraw",
    "notices/set",
    "feeds/apply",
    "feeds/dismiss",
    "assist/on",
    "assist/off",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'desk.db'}"
    with Service(url, ONESTOP_BASE_URL="http://localhost:8000", ONESTOP_FIRM_PAGES="on") as service:
        service.app.state.intake = Intake(service.runtime.database, lambda: None)
        yield with_few_entries(service)
        service.app.state.intake.stop()


@pytest.fixture(scope="module")
def standing(service):
    """Objects that nothing changes."""
    return objects(service)


def objects(service) -> dict[str, dict[str, str]]:
    """The values of an address for a case of Alice's unit, a confidential one of it, and one that is not there."""
    own, hidden = service.asked_of(), service.opened()
    assert service.post("alice", f"/cases/{hidden}/confidential", {"confidential": True}).status_code == 200
    consulted = service.post("alice", f"/cases/{hidden}/consultations", {"unit": "營運管理科", "question": "請確認"})
    assert consulted.status_code == 201, consulted.text
    for number in (own, hidden):
        asked = service.post("alice", f"/cases/{number}/extension", {"days": 3, "reason": "待查證"})
        assert asked.status_code == 200, asked.text
    missing = {
        "number": "KP-1000101-0001",
        "binding_id": "999999",
        "message_id": "999999",
        "media_id": "999999",
        "outbox_id": "999999",
        "consultation_id": "999999",
        "draft_id": "999999",
        "output_id": "999999",
        "document_id": "999999",
    }
    entered = service.post("sue", "/annual/115/entries", BODIES["entries"]).json()["id"]
    found = {"own": attached(service, own), "confidential": attached(service, hidden), "missing": missing}
    return {name: {**values, "item_id": str(entered)} for name, values in found.items()}


def attached(service, number, *, name="a.pdf", kind="application/pdf") -> dict[str, str]:
    """A case with a file of the firm's and a message that did not arrive."""
    with service.runtime.database.writing() as session:
        case = session.scalars(select(CaseRow).where(CaseRow.number == number)).one()
        said = session.scalars(select(Message).where(Message.case_id == case.id).limit(1)).one()
        contact = add_contact(session, uuid4().hex, now=service.now)
        media = service.file(said.id, b"pdf", kind=kind, name=name)
        media.thumbnail = service.file(said.id, b"small").key
        sent = Outbox(
            channel="line", kind="push", retry_key=str(uuid4()), contact_id=contact, case_id=case.id, reason="replied",
            payload=[], created_at=service.now, due_at=service.now, state="dead",
        )  # fmt: skip
        session.add_all([media, sent])
        session.flush()
        member = Binding(contact_id=sent.contact_id, firm_id=case.firm_id, bound_at=service.now)
        session.add(member)
        session.flush()
        asked = session.scalar(select(Consultation.id).where(Consultation.case_id == case.id))
        draft = CaseDraft(case_id=case.id, text="測試", by=email("alice"), at=service.now, state="asked", via="phone")
        drafted = AssistOutput(
            case_id=case.id, use="summary", state="ready", by=email("alice"), at=service.now, model="m", host="h",
            rules="1", prompt="測試",
        )  # fmt: skip
        letter = CaseDocument(case_id=case.id, letter=LETTER, made_by=email("alice"), made_at=service.now)
        session.add_all([draft, drafted, letter])
        session.flush()
        return {
            "output_id": str(drafted.id), "document_id": str(letter.id),
            "consultation_id": str(asked or 999999), "number": number, "draft_id": str(draft.id),
            "media_id": str(media.id), "outbox_id": str(sent.id), "binding_id": str(member.id),
        }  # fmt: skip


def outcome(answer) -> str:
    """What an answer comes to."""
    assert answer.status_code < 500, answer.text
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/desk/sign-in?"):
        return "sign in"
    return {403: "forbidden", 404: "missing"}.get(answer.status_code, "passes")


def expected(guard: str, who: str, what: str) -> set[str]:
    """What the contract says (§5): missing or hidden is 404, known but not allowed 403."""
    if guard == PUBLIC:
        return {"passes"}
    if who == "anonymous":
        return {"sign in"}
    if guard in ON_CASES:
        return expected_of_case(guard, who, what)
    allowed = {STAFF: True, TEAM: who not in PARTNERS, ADMIN: who == "adam", LEADERS: who in {"sue", "adam"}}[guard]
    return {"passes"} if allowed else {"forbidden"}


def expected_of_case(guard: str, who: str, what: str) -> set[str]:
    """The same where it depends on the case: Alice's unit has it, and the power company was asked in the open one."""
    if who in PARTNERS and guard == TEAM_WRITE:
        return {"forbidden"}
    hidden = (
        what == "missing"
        or who == "nina"
        or (guard == TEAM_READ and who == "tai")
        or (what == "confidential" and who in {"carol", "tai"})
    )
    if hidden:
        # A partner may be told that the step is not for partners before anybody looks for the case.
        return {"missing"} | ({"forbidden"} if who in PARTNERS and guard not in {READ, TEAM_READ, ANSWER} else set())
    if guard in {READ, TEAM_READ} or (guard == ANSWER and who == "tai"):
        return {"passes"}
    allowed = {"sue", "adam"} if guard == LEAD else {"alice", "sue", "adam"}
    return {"passes"} if who in allowed else {"forbidden"}


def ask(service, who, method, path, values):
    """One request, with everything that it needs filled in truthfully."""
    address = path
    for name, value in {
        "delivery_id": values["outbox_id"], "entry_id": "land-lease-renewal", "edit_id": "1", "correction_id": "1",
        "service_id": "none", "notice_id": "999999", "reminder_id": "999999",
        "reply_id": "999999", "set_id": "feeder-capacity", "version_id": "999999",
        "view_id": "999999", "kind": "parks", "code": "nanzih",
        "ubn": "04595257", "name": "staff", "deed": "grant" if "/privacy/" in path else "add",
        "year": "115", "message_id": "1", "request_id": "999999", "token": "x",
        "ending": "odt" if "/documents/" in path else "csv", "step": "note",
        "incident_id": "999999",
        "notice": "assigned", **values,
    }.items():  # fmt: skip
        address = address.replace(f"{{{name}}}", value)
    if path.startswith("/api/"):
        headers = {} if who == "anonymous" else service.headers(who)
        body = BODIES.get(path, BODIES.get(path.rsplit("/", 1)[1]))
        query = (
            {"from": "2026-01-01", "to": "2026-01-31"}
            if path.endswith(("/turnaround", "/turnaround/held", "/turnaround/bot", "/satisfaction"))
            else None
        )
        query = {"days": "2"} if path.endswith("/extension") else query
        if path.endswith(("/files", "/returned")):
            sent = {"file": ("a.txt", b"x")} if method == "POST" else None
            return service.ask(method, address, headers=headers, files=sent)
        return service.ask(
            method, address, headers=headers, params=query, json=body if method in {"POST", "PATCH"} else None
        )
    visitor = Visitor(service, None if who == "anonymous" else who)
    form = {"version": version_of(service, who, values["number"]), **FORMS.get(address.rsplit("/", 1)[1], {})}
    query = {"figure": "received", "faq": "land-lease-renewal"}
    return visitor.ask(
        method,
        address,
        follow=False,
        params=query if method == "GET" else None,
        data=form if method == "POST" else None,
        files={"file": ("a.txt", b"x")} if path.endswith("/files") else None,
    ).answer


def version_of(service, who, number) -> str:
    """The version that a page just opened would carry: for a partner that of the question."""
    if who in PARTNERS:
        return str(service.get(who, f"/cases/{number}").json().get("version", 1))
    with service.runtime.database.reading() as session:
        return str(session.scalar(select(CaseRow.version).where(CaseRow.number == number)) or 1)


def wrong(service, method, path, guard, kinds) -> list[str]:
    """Each person for whom a route does something else than its guard says."""
    return [
        f"{who} {what}: {method} {path} {seen}, not {expected(guard, who, what)}"
        for what, values in kinds.items()
        for who in WHO
        if (seen := outcome(ask(service, who, method, path, values))) not in expected(guard, who, what)
    ]


def test_every_route_says_for_whom_it_is(service):
    assert set(routes(service.app)) == set(GUARDS)


@pytest.mark.parametrize(("method", "path"), [route for route in GUARDS if GUARDS[route] not in ON_CASES])
def test_a_route_without_a_case(service, standing, method, path):
    """Folders and a form that signs nobody in answer everybody alike: 404 and 401."""
    guard = GUARDS[method, path]
    found = wrong(service, method, path, guard, {"missing": standing["missing"]})
    if path.startswith(("/static", "/my-data/", "/files/", "/asked/")) or (method, path) in FORMS_OF_NOBODY:
        found = [] if len(found) == len(WHO) else found
    nowhere = (
        f"{_DESK}/sessions/end",
        f"{_DESK}/admin/staff/edit",
        f"{_DESK}/admin/staff/password",
        f"{_DESK}/incidents/{{",
        f"{_API}/incidents/{{",
        f"{_KNOW}/services/",
        f"{_KNOW}/drafts/{{",
        f"{_KNOW}/questions/drafts/{{",
        f"{_API}/question-sets/drafts/{{",
        f"{_KNOW}/corrections/",
        f"{_KNOW}/fill/",
        f"{_KNOW}/phones",
        f"{_API}/notices/{{",
        f"{_API}/reminders/{{",
        f"{_DESK}/canned/{{",
        f"{_API}/canned/{{",
        f"{_API}/directory/{{",
        f"{_DESK}/views/{{",
        f"{_DESK}/admin/directory/{{",
        f"{_DESK}/notices/{{",
    )
    if path.startswith((*nowhere, "/desk/admin/withdrawn/", "/desk/privacy/requests/")):
        # There is no such draft, correction, service or message: those whom it is for are told so.
        found = [line for line in found if " missing, not {'passes'}" not in line]
    assert found == []


@pytest.mark.parametrize(
    ("method", "path"), [route for route in GUARDS if GUARDS[route] in ON_CASES and "{step}" not in route[1]]
)
def test_a_route_to_a_case(service, standing, method, path):
    kinds = standing if method == "GET" else objects(service)
    assert wrong(service, method, path, GUARDS[method, path], kinds) == []


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_on_the_page_of_a_case(service, step):
    guard = {"note": ANSWER, "resume": ANSWER, "approval": LEAD}.get(step, WRITE)
    assert wrong(service, "POST", f"/desk/cases/{{number}}/{step}", guard, objects(service)) == []


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_of_administrators(service, standing, deed):
    guard = LEADERS if deed.startswith("absences/") else ADMIN
    found = wrong(service, "POST", f"/desk/admin/{deed}", guard, {"missing": standing["missing"]})
    assert [line for line in found if f"POST /desk/admin/{deed} missing, not {{'passes'}}" not in line] == []
    for who, status in {"alice": 403, "sue": 200 if guard == LEADERS else 403, "adam": 200, "tai": 403}.items():
        assert Visitor(service, who).get(f"/desk/admin/{deed.split('/')[0]}").status == status


def test_lists_files_and_search_never_show_a_hidden_case(service, standing):
    """A confidential case of another unit is in no list, search, export or figure's cases."""
    number = standing["confidential"]["number"]
    found = Visitor(service, "alice").get(f"/desk/cases?q={number}").html
    assert number in found.replace(f'value="{number}"', "")
    for path in ("/desk/cases", "/desk?view=all", f"/desk/cases?q={number}", "/desk/deliveries", "/desk/ledger",
                 "/desk/ledger/file.csv"):  # fmt: skip
        for who in ("carol", "tai", "nina"):
            page = Visitor(service, who).get(path)
            typed = (f'value="{number}"', f'value="q={number}"', f"queue?q={number}")
            shown = functools.reduce(lambda html, own: html.replace(own, ""), typed, page.html)
            assert number not in shown, (who, path)
    for who in ("carol", "tai", "nina"):
        assert number not in service.get(who, "/cases", limit=200).text
        assert number not in service.get(who, "/cases", q=number).text
        assert number not in service.get(who, "/deliveries", limit=200).text
        assert number not in service.get(who, "/ledger", limit=200).text
    period = {"from": "2026-11-01", "to": "2026-11-16", "figure": "received"}
    assert number not in Visitor(service, "carol").get("/desk/turnaround/cases", params=period).html
