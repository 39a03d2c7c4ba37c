"""For whom every route is, and a request that it takes: the tables from which the security tests are generated."""

from __future__ import annotations

from typing import Any

from tests.harness.cast import email
from tests.harness.service import PHONE_CASE

PUBLIC, STAFF, TEAM, ADMIN, LEADERS = "public", "staff", "team", "admin", "leaders"
OF_LAND = "of the unit for land, and leaders"
READ, ANSWER, WRITE, LEAD = "read a case", "answer an agency's wait", "write a case", "decide on a case"
TEAM_WRITE, TEAM_READ = "write a case, of the team", "read what a firm sent"
ON_CASES = {READ, TEAM_READ, ANSWER, WRITE, LEAD, TEAM_WRITE}

API, DESK, KNOW = "/api/v1", "/desk", "/desk/knowledge"
GUARDS: dict[tuple[str, str], str] = {
    **dict.fromkeys(
        [("GET", path) for path in (
            "/", "/privacy", "/privacy/files", "/healthz", "/readyz", "/metrics", "/static", "/static/vendor",
        )],
        PUBLIC,
    ),
    ("GET", "/my-data/{token}"): PUBLIC,
    ("GET", f"{API}/openapi.json"): PUBLIC,
    ("GET", f"{DESK}/sign-in"): PUBLIC,
    ("POST", f"{DESK}/sign-in"): PUBLIC,
    ("POST", f"{DESK}/sign-out"): PUBLIC,
    **{("GET", f"{API}/{name}"): STAFF for name in ("cases", "consultations", "me", "knowledge", "live")},
    **{("GET", f"{API}/{name}"): TEAM for name in (
        "staff", "deliveries", "ledger", "notice-policies", "kind-limits", "turnaround", "turnaround/held",
        "turnaround/bot", "turnaround/service", "satisfaction",
    )},
    ("POST", f"{API}/cases"): TEAM,
    ("GET", f"{API}/registry/{{ubn}}"): TEAM,
    ("GET", f"{API}/assistance"): ADMIN,
    ("POST", f"{API}/assistance/decision"): ADMIN,
    **{(method, f"{root}/cases/{{number}}/{where}"): TEAM_WRITE for root, where in (
        (API, "assistance"), (DESK, "assist"),
    ) for method in ("GET", "POST")},
    ("GET", f"{API}/cases/{{number}}/assistance/{{output_id}}"): TEAM_WRITE,
    ("POST", f"{API}/cases/{{number}}/assistance/{{output_id}}/discard"): TEAM_WRITE,
    ("GET", f"{DESK}/cases/{{number}}/assist/{{output_id}}/reply"): TEAM_WRITE,
    ("POST", f"{DESK}/cases/{{number}}/assist/{{output_id}}/discard"): TEAM_WRITE,
    ("POST", f"{DESK}/cases/{{number}}/registry"): TEAM_WRITE,
    **{("GET", f"{API}/notices{path}"): TEAM for path in ("", "/{notice_id}")},
    ("POST", f"{API}/notices"): TEAM,
    ("POST", f"{API}/notices/{{notice_id}}/approval"): LEADERS,
    ("POST", f"{API}/notices/{{notice_id}}/stop"): TEAM,
    **{(method, f"{DESK}/notices"): TEAM for method in ("GET", "POST")},
    ("GET", f"{DESK}/notices/{{notice_id}}"): TEAM,
    ("POST", f"{DESK}/notices/{{notice_id}}/{{deed}}"): TEAM,
    **{("GET", f"{API}/{name}"): TEAM for name in ("plots", "plots/unmet")},
    ("GET", f"{API}/cases/{{number}}/plots"): TEAM_READ,
    ("POST", f"{API}/cases/{{number}}/need"): WRITE,
    ("GET", f"{API}/cases/{{number}}/documents"): TEAM_READ,
    **{("POST", f"{root}/cases/{{number}}/documents"): WRITE for root in (API, DESK)},
    **{(method, f"{root}/cases/{{number}}/documents/{{document_id}}/{path}"): guard for root in (API, DESK)
       for method, path, guard in (("GET", "file.{ending}", TEAM_READ), ("POST", "number", WRITE))},
    ("POST", f"{API}/cases/{{number}}/documents/{{document_id}}/returned"): WRITE,
    **{("GET", f"{API}/question-sets{path}"): TEAM for path in ("", "/{set_id}")},
    ("POST", f"{API}/question-sets"): TEAM,
    ("POST", f"{API}/question-sets/drafts/{{version_id}}/approval"): TEAM,
    ("GET", f"{API}/cases/{{number}}/answers"): TEAM_READ,
    **{("POST", f"{root}/cases/{{number}}/answers"): WRITE for root in (API, DESK)},
    **{("GET", f"{KNOW}/questions{path}"): TEAM for path in (
        "", "/export", "/new", "/sets/{set_id}", "/sets/{set_id}/edit",
    )},
    **{("POST", f"{KNOW}/questions/{path}"): TEAM for path in (
        "import", "preview", "drafts", "drafts/{version_id}/{deed}",
    )},
    ("POST", f"{DESK}/cases/{{number}}/need"): WRITE,
    **{("GET", f"{DESK}/plots{path}"): TEAM for path in ("", "/unmet")},
    ("POST", f"{DESK}/plots/import"): OF_LAND,
    ("GET", f"{API}/cases/{{number}}"): READ,
    **{
        ("GET", f"{API}{path}"): TEAM_READ
        for path in ("/cases/{number}/files/{media_id}", "/files/{media_id}", "/files/{media_id}/thumbnail")
    },
    ("GET", f"{API}/cases/{{number}}/files"): READ,
    ("POST", f"{API}/cases/{{number}}/files"): ANSWER,
    **{(method, f"{API}/files/{{media_id}}/link"): TEAM_WRITE for method in ("POST", "DELETE")},
    ("GET", "/files/{token}"): PUBLIC,
    **{
        ("POST", f"{API}/cases/{{number}}/{step}"): WRITE
        for step in (
            "messages", "assignment", "category", "kind", "wait", "extension", "close", "reopen", "confidential",
            "rating", "correction", "called", "plots", "consultations", "merge", "links",
            "watch", "snooze", "drafts",
        )
    },
    ("PATCH", f"{API}/cases/{{number}}"): WRITE,
    **{("GET", f"{DESK}/consultations{path}"): TEAM for path in ("", "/figures")},
    ("POST", f"{API}/consultations"): TEAM,
    **{(method, f"{DESK}/admin/case-import"): ADMIN for method in ("GET", "POST")},
    **{(method, f"{DESK}/knowledge/drafts/{{edit_id}}/{part}"): TEAM
       for method, part in (("GET", "effects"), ("POST", "trial"))},
    ("POST", f"{DESK}/consultations/together"): TEAM,
    **{(method, f"{base}/incidents"): TEAM for method in ("GET", "POST") for base in (API, DESK)},
    **{("GET", f"{base}/incidents/{{incident_id}}"): TEAM for base in (API, DESK)},
    **{("POST", f"{API}/incidents/{{incident_id}}/{deed}"): TEAM for deed in ("cases", "messages", "close")},
    ("DELETE", f"{API}/incidents/{{incident_id}}/cases/{{number}}"): TEAM,
    **{("POST", f"{DESK}/incidents/{{incident_id}}/{deed}"): TEAM
       for deed in ("cases", "take-out", "messages", "close")},
    **{("GET", f"{base}/consultations/{{consultation_id}}"): READ for base in (API, DESK)},
    **{("POST", f"{base}/consultations/{{consultation_id}}/answer"): ANSWER for base in (API, DESK)},
    ("POST", f"{API}/consultations/{{consultation_id}}/withdrawal"): WRITE,
    **{("POST", f"{DESK}/consultations/{{consultation_id}}/{deed}"): WRITE for deed in ("withdraw", "link")},
    **{(method, "/asked/{token}"): PUBLIC for method in ("GET", "POST")},
    ("POST", f"{API}/cases/{{number}}/messages/{{message_id}}/move"): WRITE,
    ("POST", f"{DESK}/cases/{{number}}/messages/{{message_id}}/move"): WRITE,
    **{("POST", f"{root}/cases/{{number}}/messages/{{message_id}}/take-back"): WRITE for root in (API, DESK)},
    ("POST", f"{DESK}/cases/{{number}}/kept-reply"): TEAM_WRITE,
    ("POST", f"{DESK}/cases/{{number}}/presence"): TEAM_READ,
    **{("POST", f"{DESK}/{path}"): TEAM for path in ("bulk", "views", "views/{view_id}/remove")},
    ("GET", f"{DESK}/cases/{{number}}/print"): TEAM_READ,
    ("POST", f"{API}/cases/{{number}}/resume"): ANSWER,
    ("POST", f"{API}/cases/{{number}}/extension/approval"): LEAD,
    **{("POST", f"{root}/cases/{{number}}/drafts/{{draft_id}}/approval"): LEAD for root in (API, DESK)},
    ("GET", f"{API}/cases/{{number}}/extension"): WRITE,
    ("POST", f"{API}/cases/{{number}}/extension/seen"): WRITE,
    ("POST", f"{API}/deliveries/{{delivery_id}}/resend"): TEAM_WRITE,
    **{(method, f"{DESK}/password"): STAFF for method in ("GET", "POST")},
    **{(method, f"{DESK}/sign-in/code"): PUBLIC for method in ("GET", "POST")},  # leads to signing in
    **{("GET", f"{DESK}/sign-in/oidc{path}"): PUBLIC for path in ("", "/back", "/out")},
    **{("GET", f"/firm{path}"): PUBLIC for path in ("", "/sign-in", "/cases/{number}", "/oidc", "/oidc/back")},
    **{("POST", f"/firm/{path}"): PUBLIC for path in ("sign-in", "code", "sign-out", "cases/{number}/words")},
    ("POST", f"{DESK}/sign-in/oidc/ended"): PUBLIC,  # by the provider's signature
    ("POST", f"{DESK}/sign-in/resume"): STAFF,
    **{("POST", f"{DESK}/sign-in/passkey{path}"): PUBLIC for path in ("", "/check")},
    ("GET", f"{DESK}/sign-in/passkey"): PUBLIC,  # leads to signing in
    ("GET", f"{DESK}/passkeys"): STAFF,
    **{("POST", f"{DESK}/passkeys/{deed}"): STAFF for deed in ("begin", "add", "remove")},
    ("GET", f"{DESK}/second-factor"): STAFF,
    **{("POST", f"{DESK}/second-factor/{deed}"): STAFF for deed in ("begin", "confirm", "codes", "remove")},
    **{("GET", path): TEAM for path in (f"{API}/reminders", f"{DESK}/reminders", f"{DESK}/reminders/settings")},
    **{("POST", f"{API}/reminders/{path}"): TEAM for path in ("read", "{reminder_id}/read")},
    **{("POST", f"{DESK}/reminders/{path}"): TEAM for path in ("read", "settings", "chat-code", "chat-end")},
    **{(method, f"{root}/canned"): TEAM for method in ("GET", "POST") for root in (API, DESK)},
    **{(method, f"{API}/canned/{{reply_id}}"): TEAM for method in ("POST", "DELETE")},
    ("GET", f"{API}/directory/{{kind}}"): ADMIN,
    **{(method, f"{API}/directory/{{kind}}/{{code}}"): ADMIN for method in ("GET", "POST", "DELETE")},
    ("GET", f"{DESK}/canned/{{reply_id}}"): TEAM,
    ("POST", f"{DESK}/canned/{{reply_id}}/{{deed}}"): TEAM,
    ("GET", f"{DESK}/sessions"): STAFF,
    **{("POST", f"{DESK}/sessions/{deed}"): STAFF for deed in ("end", "end-others")},
    **{("GET", path): STAFF for path in (DESK, f"{DESK}/queue", f"{DESK}/cases")},
    **{(method, f"{DESK}/new"): TEAM for method in ("GET", "POST")},
    ("POST", f"{API}/notice-policies/{{notice}}"): ADMIN,
    ("POST", f"{API}/kind-limits"): ADMIN,
    ("DELETE", f"{API}/kind-limits/{{limit_id}}"): ADMIN,
    **{("GET", f"{DESK}/{path}"): TEAM for path in ("deliveries", "ledger", "ledger/file.{ending}",
                                               "queue/file.{ending}", "cases/file.{ending}")},
    ("POST", f"{DESK}/deliveries/{{outbox_id}}/resend"): TEAM_WRITE,
    ("GET", f"{DESK}/admin"): PUBLIC,  # leads to the page of accounts and says nothing
    **{("GET", f"{DESK}/admin/{name}"): ADMIN for name in ("audit", "audit/file.{ending}", "{name}")},
    ("POST", f"{DESK}/admin/{{name}}/{{deed}}"): ADMIN,
    ("POST", f"{DESK}/admin/access/token"): ADMIN,
    **{("POST", f"{DESK}/admin/calendar/{deed}"): ADMIN for deed in (
        "preview", "preview-withdrawal", "preview-year", "import",
    )},
    ("POST", f"{DESK}/admin/limits/preview"): ADMIN,
    ("POST", f"{DESK}/admin/keeping/preview"): ADMIN,
    **{("POST", f"{DESK}/admin/staff/{deed}"): ADMIN for deed in ("edit", "password")},
    ("GET", f"{DESK}/admin/staff/edit"): ADMIN,
    ("GET", f"{DESK}/admin/directory"): PUBLIC,  # leads to the page of parks and says nothing
    **{("GET", f"{DESK}/admin/directory/{path}"): ADMIN for path in ("{kind}", "{kind}/{code}")},
    **{("POST", f"{DESK}/admin/directory/{path}"): ADMIN for path in ("{kind}/{code}", "{kind}/{code}/restore")},
    ("GET", f"{DESK}/deadline"): TEAM,
    ("GET", f"{DESK}/cases/{{number}}/deadline"): TEAM_READ,
    ("POST", f"{DESK}/admin/withdrawn/{{message_id}}/open"): ADMIN,
    **{
        ("GET", KNOW + path): TEAM
        for path in (
            "", "/entries/{entry_id}", "/entries/{entry_id}/edit", "/new", "/drafts", "/try", "/expiry", "/unanswered",
            "/conflicts", "/corrections", "/services", "/exchange", "/export", "/fill",
        )
    },
    ("GET", f"{KNOW}/doubles"): PUBLIC,  # leads to the page of conflicts and says nothing
    **{("POST", KNOW + path): TEAM for path in ("/preview", "/drafts", "/import", "/services/{service_id}")},
    ("POST", f"{KNOW}/fill/{{entry_id}}"): TEAM,
    ("POST", f"{KNOW}/phones"): TEAM,
    **{("POST", f"{KNOW}/drafts/{{edit_id}}/{deed}"): TEAM for deed in ("approve", "reject")},
    ("POST", f"{KNOW}/corrections/{{correction_id}}/withdraw"): TEAM,
    ("GET", f"{KNOW}/cases/{{number}}"): TEAM_WRITE,
    ("GET", f"{KNOW}/cases/{{number}}/reply"): TEAM_WRITE,
    ("POST", f"{KNOW}/cases/{{number}}/teach"): TEAM_WRITE,
    ("GET", f"{DESK}/cases/{{number}}"): READ,
    ("GET", f"{DESK}/files/{{media_id}}"): TEAM_READ,
    ("GET", f"{DESK}/privacy"): LEADERS,
    ("GET", f"{DESK}/privacy/breaches"): LEADERS,
    ("GET", f"{DESK}/privacy/breaches/{{breach_id}}/file.{{ending}}"): LEADERS,
    ("POST", f"{DESK}/privacy/breaches"): LEADERS,
    ("POST", f"{DESK}/privacy/breaches/{{breach_id}}/told"): LEADERS,
    **{("GET", where): LEADERS for where in (
        f"{DESK}/turnaround/week", f"{DESK}/turnaround/week/file.{{ending}}", f"{API}/turnaround/week",
    )},
    **{("GET", f"{DESK}/annual{path}"): LEADERS for path in ("", "/{year}", "/{year}/file.{ending}")},
    **{("POST", f"{DESK}/annual/{{year}}/{path}"): LEADERS for path in (
        "seal", "entries", "entries/{item_id}/withdraw",
    )},
    ("GET", f"{API}/annual/{{year}}"): LEADERS,
    **{("POST", f"{API}/annual/{{year}}/{path}"): LEADERS for path in ("seal", "entries")},
    ("DELETE", f"{API}/annual/{{year}}/entries/{{item_id}}"): LEADERS,
    ("POST", f"{DESK}/privacy/requests"): LEADERS,
    ("POST", f"{DESK}/privacy/requests/{{request_id}}/{{deed}}"): LEADERS,
    ("POST", f"{DESK}/cases/{{number}}/files"): ANSWER,
    **{("POST", f"{DESK}/files/{{media_id}}/{deed}"): TEAM_WRITE for deed in ("link", "unlink")},
    ("POST", f"{DESK}/cases/{{number}}/{{step}}"): WRITE,
    ("POST", f"{DESK}/cases/{{number}}/bindings/code"): WRITE,
    ("POST", f"{DESK}/cases/{{number}}/bindings/email"): WRITE,
    ("POST", f"{DESK}/cases/{{number}}/bindings/{{binding_id}}/end"): WRITE,
    **{
        ("GET", f"{DESK}/turnaround{path}"): TEAM
        for path in (
            "", "/file.{ending}", "/cases", "/cases/file.{ending}", "/held", "/held/file.{ending}", "/held/cases",
            "/held/cases/file.{ending}", "/bot", "/bot/file.{ending}", "/bot/asked", "/bot/asked/file.{ending}",
            "/words", "/service", "/service/file.{ending}", "/service/cases", "/service/cases/file.{ending}",
        )
    },
}  # fmt: skip

FORMS_OF_NOBODY = {
    ("POST", f"{DESK}/sign-in"), ("POST", f"{DESK}/sign-in/passkey/check"), ("POST", "/firm/sign-in"),
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
    f"{API}/cases": PHONE_CASE, "plots": {"plots": [1]}, "stop": REASON, f"{API}/notices": NOTICE,
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
    f"{API}/question-sets": QUESTION_SET, f"{API}/question-sets/drafts/{{version_id}}/approval": {"approve": True},
    "consultations": {"unit": "環安勞動科", "question": "請協助確認"},
    f"{API}/consultations": {"unit": "環安勞動科", "question": "請協助確認", "numbers": ["KP-1000101-0001"]},
    "answer": {"result": "found", "text": "已查"}, "withdrawal": {},
    "incidents": {"title": "停電", "parks": ["楠梓"]},
    f"{API}/incidents/{{incident_id}}/cases": {"numbers": ["KP-1000101-0001"]},
    f"{API}/incidents/{{incident_id}}/messages": {"text": "搶修中"},
    "kind-limits": {"kind": "ENQ", "since": "2027-01-04", "days": 2, **REASON},
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
    "limits/set",
    "limits/withdraw",
    "keeping/set",
    "notices/set",
    "feeds/apply",
    "feeds/dismiss",
    "assist/on",
    "assist/off",
)
