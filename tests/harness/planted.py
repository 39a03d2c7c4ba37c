"""Cases in which every field holds a word of its own, so that any answer of the product can be asked what it tells.

``ASKED`` waits on the power company; ``OVER`` waited on it, was answered and closed; ``SECRET`` and ``HUSH`` are
confidential, and the power company is asked in ``HUSH``. Each word begins with its case's name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from knowledge.overlay import Kind
from routing.domain.case import EventKind
from routing.domain.permissions import FIRM
from routing.service.cases import locked_case
from routing.service.knowledge_admin import corrections
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import body_of
from routing.store.assist.schema import AssistOutput
from routing.store.cases.schema import Case
from routing.store.conversation.schema import Enquiry, Message
from routing.store.documents.schema import CaseDocument
from routing.store.messaging.schema import Outbox
from tests.harness.branch import add_contact
from tests.harness.cast import email
from tests.harness.few_entries import actor
from tests.harness.service import Service

ASKED, OVER, SECRET, HUSH = "Asked", "Over", "Secret", "Hush"
CASES = (ASKED, OVER, SECRET, HUSH)
CONFIDENTIAL = (SECRET, HUSH)
TOPICS = {ASKED: "factory", OVER: "plots", SECRET: "SecretTopic", HUSH: "HushTopic"}
_TELEPHONES = dict(zip(CASES, ("07-5550101", "07-5550102", "07-5550103", "07-5550104"), strict=True))
_UBNS = dict(zip(CASES, ("10000004", "10000015", "10000026", "10000042"), strict=True))

FIELDS = (
    "Subject", "Firmname", "Person", "Words", "Note", "Reply", "Docno", "Category", "Kindreason", "Extension", "Later",
    "Filename", "Filebody", "Profile", "Called", "Transfer",
)  # fmt: skip
"""What the page of a case, or a file of it, shows to the team."""
MADE = ("Taught", "Drafted", "Gap")
"""Words of the case that go on to where every unit reads, unless it is confidential."""


@dataclass(slots=True)
class Planted:
    """The cases by name, with the ids under which their parts are reached."""

    numbers: dict[str, str] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    outbox: dict[str, str] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)
    corrections: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)

    def words(self, name: str) -> set[str]:
        """Everything that tells of a case's content to whoever reads the case."""
        shown = {f"{name}{one}" for one in FIELDS if one != "Profile"}
        return shown | {_TELEPHONES[name], _UBNS[name]} | ({f"{name}Summary"} if name in {OVER, SECRET} else set())

    def everything(self) -> set[str]:
        """Every word planted, the questions too, with the numbers of the cases."""
        found = set(self.numbers.values())
        for name in CASES:
            found |= self.words(name) | {f"{name}{one}" for one in (*MADE, "Profile", "Question", "Payload", "Topic")}
        return found | {f"{OVER}Answer"}


def plant(service: Service) -> Planted:
    """Fill the database; everything is done through the product where it has a way for it."""
    planted = Planted()
    for name in CASES:
        number = planted.numbers[name] = _case(service, name)
        _from_line(service, planted, name, number)
        _made_of_it(service, planted, name, number)
    for name in (ASKED, OVER, HUSH):
        telephone = _TELEPHONES[name]
        told = f"{name}Firmname {telephone} {telephone.replace('-', '')} {_UBNS[name]} 電號 0755501041234"
        names = f" {told}" if name in CONFIDENTIAL else ""
        question = {"on": "agency", "agency": "taipower", "message": f"{name}Question{names}"}
        _do(service, "alice", planted.numbers[name], "wait", question)
    _do(service, "tai", planted.numbers[OVER], "messages", {"text": f"{OVER}Answer", "internal": True})
    service.later(minutes=5)
    for name in CASES:
        _later(service, name, planted.numbers[name])
    for name in (OVER, SECRET):
        _do(
            service,
            "alice",
            planted.numbers[name],
            "close",
            {"outcome": "referred", "summary": f"{name}Summary", "agency": "taipower"},
        )
    for name in CONFIDENTIAL:
        _do(service, "alice", planted.numbers[name], "confidential", {"confidential": True})
    return planted


def _do(service: Service, who: str, number: str, step: str, body: dict[str, Any]) -> None:
    done = service.post(who, f"/cases/{number}/{step}", body)
    assert done.status_code in {200, 201}, done.text


def _case(service: Service, name: str) -> str:
    number = service.opened(
        subject=f"{name}Subject", text=f"{name}Words 標準廠房", contact=f"{name}Person", phone=_TELEPHONES[name],
        firm={"name": f"{name}Firmname", "ubn": _UBNS[name]},
    )  # fmt: skip
    reply = {"text": f"{name}Reply", "via": "phone", "doc_no": f"{name}Docno"}
    for step, body in (
        ("messages", {"text": f"{name}Note", "internal": True}),
        ("messages", reply),
        ("category", {"category": "land", "topic": TOPICS[name], "reason": f"{name}Category"}),
        ("kind", {"kind": "PET", "reason": f"{name}Kindreason"}),
        ("extension", {"days": 2, "reason": f"{name}Extension"}),
        ("called", {"reached": False, "note": f"{name}Called"}),
        ("assignment", {"assignee": email("bob"), "reason": f"{name}Transfer"}),
        ("assignment", {"assignee": email("alice")}),
    ):
        _do(service, "alice", number, step, body)
    return number


def _from_line(service: Service, planted: Planted, name: str, number: str) -> None:
    """A person on LINE with a profile, a file, a message that did not arrive, and a question that got no answer."""
    with service.runtime.database.writing() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        contact = add_contact(session, uuid4().hex, now=service.now, display_name=f"{name}Profile")
        asked = Message(
            case_id=case.id, contact_id=contact, direction="in", kind="text", text=f"{name}Gap 請問怎麼辦？",
            at=service.now, via="line",
        )  # fmt: skip
        drafted = AssistOutput(
            case_id=case.id, use="reply", state="ready", by=email("alice"), at=service.now, model="m", host="h",
            rules="1", prompt=f"{name}Words", answer=f"{name}Reply",
            result={"sentences": [{"text": f"{name}Note", "sources": [], "gaps": []}], "sources": {}, "left_out": 0},
        )  # fmt: skip
        letter = {"agency": "a", "agency_code": "A21000000X", "address": "a", "recipient": f"{name}Firmname",
                  "subject": f"{name}Subject", "points": [f"{name}Reply"], "to": [f"{name}Firmname"]}  # fmt: skip
        document = CaseDocument(case_id=case.id, letter=letter, made_by=email("alice"), made_at=service.now)
        session.add_all([asked, drafted, document])
        session.flush()
        planted.drafts[name], planted.documents[name] = str(drafted.id), str(document.id)
        session.add(
            Enquiry(
                contact_id=contact, message_id=asked.id, case_id=case.id, at=service.now, language="zh-TW",
                category="land", decision="hand_over", confidence=0.1, offered=[],
            )
        )  # fmt: skip
        media = service.file(asked.id, f"{name}Filebody".encode(), name=f"{name}Filename.pdf")
        sent = Outbox(
            channel="line", kind="push", retry_key=str(uuid4()), contact_id=contact, case_id=case.id, reason="replied",
            payload=[{"text": f"{name}Payload"}], created_at=service.now, due_at=service.now, state="dead",
        )  # fmt: skip
        session.add_all([media, sent])
        session.flush()
        planted.media[name], planted.outbox[name] = str(media.id), str(sent.id)


def _made_of_it(service: Service, planted: Planted, name: str, number: str) -> None:
    """A correction and a draft, which every unit reads while the case is not confidential."""
    with service.runtime.writing() as (session, _office):
        known = service.runtime.knowledge.active(session)
        said = session.scalars(
            select(Message).join(Case).where(Case.number == number, Message.direction == "in").order_by(Message.id)
        ).first()
        assert said is not None
        taught = corrections.propose(
            session, actor("alice"), known, number, message_id=said.id, text=f"{name}Taught 這一題", kind=Kind.PHRASING,
            entry_id="land-lease-renewal", now=service.now,
        )  # fmt: skip
        entry = known.base.entry("land-lease-renewal")
        assert entry is not None
        body = {**body_of(entry), "id": f"of-{name.lower()}", "question": f"{name}Drafted"}
        edit = entry_versions.draft(session, actor("alice"), known, body, note="", now=service.now, case=number)
        planted.corrections[name], planted.edits[name] = str(taught.id), str(edit)


def _later(service: Service, name: str, number: str) -> None:
    """The firm writes again."""
    with service.runtime.writing() as (session, office):
        locked = locked_case.change(session, office, number, FIRM, now=service.now + timedelta(seconds=1))
        said = Message(
            case_id=locked.row.id, direction="in", kind="text", text=f"{name}Later", at=locked.now, via="line"
        )
        session.add(said)
        session.flush()
        locked.record(EventKind.MESSAGE, automatic=True, message_id=said.id)
