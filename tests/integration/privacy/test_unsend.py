"""L27: what a person takes back on LINE is gone from everywhere; of a case it stays sealed, for a reason."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.domain.errors import Forbidden, Invalid
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.permissions import Role
from routing.domain.unsend import TAKEN_BACK
from routing.service.cases import commands as case_commands
from routing.service.cases import histories, locked_case, sealed_messages
from routing.service.cases import queries as case_queries
from routing.service.conversation import commands as conversation_commands
from routing.service.messaging import inbox
from routing.service.office_context import OfficeContextProvider
from routing.store.accounts.schema import Audit, Staff
from routing.store.cases.queries import CaseFilter
from routing.store.conversation.schema import ContactAddress, Media, Message
from routing.store.files.schema import Discarded
from routing.store.files.storage import FolderStorage
from routing.store.knowledge_admin.schema import Correction, KnowledgeEdit
from routing.store.maintenance.schema import Idempotency
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging.inbox import PartitionKey, RawEvent
from routing.store.messaging.schema import Inbox, Outbox
from routing.store.session import METADATA
from tests.harness.branch import LINE, branch_on, cast, push, reader
from tests.harness.cast import SUE
from tests.harness.chat import Chat, said
from tests.harness.databases import BOTH

LONG = "秘密製程的問題，" + "排水溝蓋板壞了想請人來看。" * 28
SHORT = (
    "隱私內容：二期廠房旁邊的排水溝蓋板被貨車壓壞了，想請人來看要怎麼修，"
    "麻煩盡快派人來現場看，因為每天都有很多員工經過很危險"
)
STUCK = "我們的機密配方上傳到一半網頁就當掉了"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast(branch)
        branch.staff("adam", Role.ADMIN)
        yield branch


@pytest.fixture
def chat(branch):
    return Chat(branch)


def everything(branch):
    """Every value of every row of every table, as text."""
    with branch.database.engine.connect() as connection:
        found = [str(list(row)) for table in METADATA.sorted_tables for row in connection.execute(table.select())]
    return "\n".join(found)


def facts(chat):
    for answer in ("晴川精密有限公司", "陳小姐", "07-3611212", "楠梓"):
        chat.text(answer)


def accepted(branch):
    """LINE has taken everything that waited."""
    with branch.database.writing() as session:
        for row in session.scalars(select(Outbox)):
            row.state = "accepted"


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("words", [LONG, SHORT, "秘密"])
def test_of_words_in_no_case_nothing_is_left_in_any_table(branch, chat, words, sent):
    """Nor of the summary that quoted them, whole or cut short, on its way or gone."""
    chat.text(words, message_id="secret")
    chat.tap("open_case")
    facts(chat)
    if sent:
        accepted(branch)
    assert words[:2] in everything(branch)
    chat.unsend("secret")
    assert words[:4] not in everything(branch)
    assert said(chat.tap("confirm_case"), "opening.describe")


def test_an_answer_on_its_way_still_goes_out_without_the_words(branch, chat):
    chat.text(LONG, message_id="secret")
    chat.tap("open_case")
    facts(chat)
    chat.unsend("secret")
    summary = branch.outbox()[-1]
    assert summary.state == "pending"
    assert TAKEN_BACK in json.dumps(summary.payload, ensure_ascii=False)
    assert "晴川精密" in json.dumps(summary.payload, ensure_ascii=False)


@pytest.mark.parametrize("words", [LONG, SHORT])
def test_words_of_a_case_leave_every_page_search_and_export(branch, chat, words):
    number = chat.opens(words)
    chat.tap("my_cases")
    chat.tap("case", number=number)
    accepted(branch)
    chat.unsend("U1-1")
    assert words[:4] not in everything(branch)
    assert branch.row(number).subject == TAKEN_BACK
    with branch.database.reading() as session:
        wanted = CaseFilter(today=branch.now.date(), q=words[:4])
        found = case_queries.list_cases(
            session, branch.office, branch.actor(SUE), wanted, limit=9, cursor=None, now=branch.now
        )  # fmt: skip
        assert found.items == []
        assert words[:4] not in "\n".join(histories.export(session))
        whole = case_queries.whole(session, branch.office, branch.actor(SUE), number, now=branch.now)
        assert [message.text for message in whole.messages] == [""]


def test_the_subject_of_a_case_from_an_online_service_keeps_our_words_alone(branch, chat):
    chat.text(STUCK, message_id="secret")
    chat.opens(STUCK)
    number = chat.numbers[0]
    with branch.database.writing() as session:
        row = locked_case.change(session, branch.office, number, branch.actor(SUE), now=branch.now).row
        row.subject = f"線上申請卡關：{STUCK}"
    for serial in range(1, 12):
        chat.unsend(f"U1-{serial}")
    chat.unsend("secret")
    assert branch.row(number).subject == f"線上申請卡關：{TAKEN_BACK}"
    assert STUCK[:6] not in everything(branch)


def test_an_administrator_with_a_reason_reads_what_was_sealed_and_nobody_else(branch, chat, tmp_path):
    """檔案法 §12: part of an archive; who looked at it and why is kept."""
    nowhere = FolderStorage(tmp_path)
    number = chat.opens(SHORT)
    chat.unsend("U1-1")
    (message,) = branch.messages(number)
    with branch.database.writing() as session:
        for name in (SUE, "alice@kp.example", "tai@kp.example"):
            who = branch.actor(name)
            with pytest.raises(Forbidden):
                sealed_messages.read(session, nowhere, who, message.id, reason="監察院調卷", now=branch.now)
            with pytest.raises(Forbidden):
                sealed_messages.listing(session, branch.actor(name), limit=50, cursor=None)
        adam = branch.actor("adam@kp.example")
        with pytest.raises(Invalid):
            sealed_messages.read(session, nowhere, adam, message.id, reason="  ", now=branch.now)
        assert session.scalars(select(Audit).where(Audit.action == "message.withdrawn_read")).all() == []
        locked = sealed_messages.read(session, nowhere, adam, message.id, reason="監察院調卷", now=branch.now)
        (noted,) = session.scalars(select(Audit).where(Audit.action == "message.withdrawn_read"))
    assert (locked.number, locked.text) == (number, SHORT)
    assert locked.subject == SHORT[:80]
    assert (noted.actor, noted.subject, noted.detail) == (
        "adam@kp.example", number, {"message": message.id, "reason": "監察院調卷"},
    )  # fmt: skip


def test_a_file_of_a_case_is_sealed_with_its_name_and_one_of_none_is_gone(branch, chat, tmp_path):
    storage = FolderStorage(tmp_path)
    number = chat.opens()
    chat.tap("add_to_case", number=number)
    chat.photo(message_id="mine", file_name="員工名冊.jpg")
    chat.tap("cancel")
    chat.photo(message_id="loose", file_name="私人.jpg")
    with branch.database.writing() as session:
        for media in session.scalars(select(Media)):
            media.key, media.content_type, media.state = f"ab/{media.external_id}", "x", "stored"
            storage.put(media.key, b"\xff\xd8" + media.external_id.encode())
    chat.unsend("mine")
    chat.unsend("loose")
    left = everything(branch)
    assert "員工名冊" not in left
    assert "私人" not in left
    with branch.database.writing() as session:
        kept = {row.external_id: (row.state, row.key) for row in session.scalars(select(Media))}
        adam = branch.actor("adam@kp.example")
        (one,) = sealed_messages.listing(session, adam, limit=50, cursor=None).items
        locked = sealed_messages.read(session, storage, adam, one.message_id, reason="調卷", now=branch.now)
        waiting = list(session.scalars(select(Discarded.key)))
    assert kept == {"mine": ("sealed", "ab/mine"), "loose": ("erased", None)}
    assert (locked.file, locked.file_name) == (b"\xff\xd8mine", "員工名冊.jpg")
    assert waiting == ["ab/loose"]


def test_answers_kept_for_repeats_corrections_and_drafts_lose_the_words_at_once(branch, chat):
    number = chat.opens(SHORT)
    (message,) = branch.messages(number)
    with branch.database.writing() as session:
        person = session.scalars(select(Staff).limit(1)).one()
        body = json.dumps({"subject": SHORT[:80], "messages": [{"text": SHORT}], "number": number}, ensure_ascii=False)
        answer = json.dumps({"status": 201, "body": body}, ensure_ascii=False)
        session.add_all([
            Idempotency(staff_id=person.id, key="k", request_sha256="x", status=201, body=answer,
                        created_at=branch.now),
            Correction(text=SHORT[:60], kind="phrasing", case_number=number, message_id=message.id, author="a",
                       at=branch.now, state="live"),
            KnowledgeEdit(entry_id="e", body={"question": SHORT, "x": 1}, state="draft", author="a", at=branch.now),
        ])  # fmt: skip
    chat.unsend("U1-1")
    assert "隱私內容" not in everything(branch)
    with branch.database.reading() as session:
        kept = json.loads(json.loads(session.scalars(select(Idempotency)).one().body)["body"])
    assert kept["number"] == number


def test_a_fact_taken_back_while_the_case_is_being_opened_is_asked_for_again(branch, chat):
    chat.text("圍牆外的大樹倒下來了，想請人來看")
    chat.tap("open_case")
    chat.text("晴川精密有限公司", message_id="firm")
    chat.unsend("firm")
    assert "晴川精密" not in everything(branch)
    assert chat.state.firm_name is None


def test_taking_back_twice_changes_nothing_more(branch, chat):
    number = chat.opens(SHORT)
    chat.unsend("U1-1")
    before = everything(branch)
    chat.unsend("U1-1")
    assert (everything(branch), branch.row(number).subject) == (before, TAKEN_BACK)


def test_words_taken_back_while_their_event_still_waits_are_gone_at_once(branch):
    """The event failed, or its turn has not come: it holds the words until it is handled, but for this."""
    raw = json.dumps(
        {"type": "message", "mode": "active", "source": {"type": "user", "userId": "U1"}, "replyToken": "t",
         "message": {"type": "text", "id": "m1", "text": "祕密的話"}}, separators=(",", ":"),
    )  # fmt: skip
    event = RawEvent(channel="line", webhook_event_id="e1", user_key="U1", event_at=1000, raw=raw)
    with branch.database.engine.begin() as connection:
        inbox_store.take_in(connection, [event], now=branch.now - timedelta(seconds=3))
    gone = Inbound(channel="line", kind=InboundKind.UNSEND, at=branch.now, user_id="U1", message_id="m1")
    with branch.database.writing() as session:
        conversation_commands.take(session, branch.office, reader(), gone, now=branch.now, token_until=None)
    with branch.database.reading() as session:
        assert "祕密的話" not in json.dumps(json.loads(session.scalars(select(Inbox.raw)).one()), ensure_ascii=False)
    inbox.work_partition(
        branch.database,
        OfficeContextProvider(branch.office),
        reader(),
        LINE,
        PartitionKey("line", "U1"),
        holder="w",
        now=lambda: branch.now,
    )
    with branch.database.reading() as session:
        assert [(row.text, row.erased_at is not None) for row in session.scalars(select(Message))] == [("", True)]
    assert branch.outbox() == []


def test_taking_back_and_a_step_at_the_desk_do_not_undo_each_other(branch, chat):
    """The case is locked as for any change."""
    number = chat.opens(SHORT)
    with branch.hold(number, SUE) as locked:
        case_commands.reply(locked, "已派員查看", notify=push)
    branch.now += timedelta(seconds=5)
    chat.unsend("U1-1")
    assert branch.case(number).first_reply_at is not None
    with branch.database.reading() as session:
        assert session.scalars(select(ContactAddress.reachable)).one()
