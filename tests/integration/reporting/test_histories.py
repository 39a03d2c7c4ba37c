"""Case histories in and out, and the report over them, on both databases (contract §6, §7, §8)."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from routing.domain.reporting import history
from routing.service.cases import histories, locked_case
from routing.service.office_calendar import commands as office_calendar_commands
from routing.service.reporting import turnaround as turnaround_report
from routing.store.cases import queries as case_store
from routing.store.cases.bulk import Firms
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.messaging import outbox as outbox_store
from tests.harness.service import PHONE_CASE, Service

GOLDEN = Path(__file__).parents[2] / "golden" / "histories.jsonl"
LINES = GOLDEN.read_text("utf-8").splitlines()
BASE = {
    "number": "KP-1150105-0001", "kind": "ENQ", "category": "land", "topic": None, "channel": "phone", "park": "楠梓",
    "unit": "用地工程科", "language": "zh-TW", "firm": {"name": "晴川精密", "ubn": None}, "subject": "x",
    "first_contact_at": "2026-01-05T10:00:00+08:00", "received_at": "2026-01-05T10:00:00+08:00", "events": [],
}  # fmt: skip


def line(received="2026-01-05T10:00:00+08:00", *, serial=1, events=(), **changes):
    day = datetime.fromisoformat(received)
    number = f"KP-{day.year - 1911}{day:%m%d}-{serial:04d}"
    given = {**BASE, "number": number, "received_at": received, "first_contact_at": received, "events": list(events)}
    return json.dumps({**given, **changes}, ensure_ascii=False)


def at(day, event, **data):
    return {"at": f"{day}+08:00", "event": event, **data}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def take_in(service, lines, *, skip_bad=False):
    with service.runtime.writing() as (session, office):
        return histories.import_histories(session, office, lines, skip_bad=skip_bad, now=service.now)


def given_out(service):
    with service.runtime.reading() as (session, _office):
        return list(histories.export(session))


def test_export_then_import_into_an_empty_database_gives_the_same_export(service, tmp_path):
    assert take_in(service, LINES).imported == 40
    first = given_out(service)
    assert first == LINES
    with Service(f"sqlite:///{tmp_path / 'second.db'}") as second:
        assert take_in(second, first).imported == 40
        assert given_out(second) == first


def test_what_was_done_at_the_desk_goes_out_and_comes_in_again(service, tmp_path):
    number = service.opened(firm={"name": "晴川", "ubn": "12345675"})
    for name, body in {
        "messages": {"text": "已說明。", "via": "phone", "doc_no": "第1號"},
        "kind": {"kind": "APP", "reason": "改", "filed_at": "2026-11-16T01:30:00+00:00"},
        "category": {"category": "construction", "topic": None, "reason": "改"},
        "wait": {"on": "firm", "message": "請補圖", "until": "2026-11-20"},
        "resume": {},
        "extension": {"days": 5, "reason": "現勘"},
        "confidential": {"confidential": True},
        "close": {"outcome": "answered", "summary": "完成"},
        "reopen": {"reason": "補問"},
    }.items():
        service.later(hours=1)
        answer = service.post("sue", f"/cases/{number}/{name}", body)
        assert answer.status_code < 300, (name, answer.text)
    first = given_out(service)
    assert [event["event"] for event in json.loads(first[0])["events"]][-2:] == ["closed", "reopened"]
    assert json.loads(first[0])["confidential"] is True
    with Service(f"sqlite:///{tmp_path / 'second.db'}") as second:
        second.now = service.now
        assert take_in(second, first).imported == 1
        assert given_out(second) == first
        before, after = (one.get("sue", f"/cases/{number}").json()["case"] for one in (service, second))
        assert {**after, "version": 0} == {**before, "version": 0}


LETTER = {
    "agency_code": "A21000000X", "address": "高雄市前鎮區", "recipient": "晴川精密有限公司",
    "subject": "復如說明，請查照。", "points": ["復貴公司來詢。"], "to": ["晴川精密有限公司"],
}  # fmt: skip


def with_answers_and_letters(service):
    subject = "要申請原產地證明書"
    number = service.opened("alice", category="other", text=subject, subject=subject)
    service.later(hours=1)
    given = service.post("alice", f"/cases/{number}/answers", {"answers": {"released": "已放行"}})
    assert given.status_code == 200, given.text
    for place in range(2):
        service.later(hours=1)
        made = service.post("alice", f"/cases/{number}/documents", LETTER)
        assert made.status_code == 201, made.text
        path = f"/cases/{number}/documents/{made.json()['id']}/number"
        if place == 0:
            service.post("alice", path, {"doc_no": "經園高字第1150001234號", "sent_on": "2026-11-16"})
    return number


def test_answers_and_letters_go_out_with_their_case_and_come_in_again(service, tmp_path):
    number = with_answers_and_letters(service)
    first = given_out(service)
    record = json.loads(first[0])
    assert record["questions"]["answers"] == {"released": "released"}
    assert [one.get("doc_no") for one in record["letters"]] == ["經園高字第1150001234號", None]
    with Service(f"sqlite:///{tmp_path / 'second.db'}") as second:
        second.now = service.now
        assert take_in(second, first).imported == 1
        assert given_out(second) == first
        assert take_in(second, first).repeated == 1
        for path in ("answers", "documents"):
            before, after = (one.get("sue", f"/cases/{number}/{path}").json() for one in (service, second))
            assert after == before, path
        assert second.get("sue", f"/cases/{number}").json()["case"]["refs"] == ["經園高字第1150001234號"]
        record["questions"]["answers"]["released"] = "before"
        other = take_in(second, [json.dumps(record)])
        assert (other.imported, [one.number for one in other.refusals]) == (0, [number])


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("questions", "answers", "none"), "x", "不是這個題組的題目"),
        (("questions", "answers", "released"), "perhaps", "沒有選項"),
        (("questions", "answers", "released"), "\x00", "無法儲存"),
        (("questions", "skipped"), ["none"], "未答的題目"),
        (("questions", "set", "questions"), [], "不是可用的題組"),
        (("questions", "asked_at"), "2025-01-01T00:00:00+08:00", "早於"),
        (("questions", "more"), 1, "未知的欄位"),
        (("letters", 0, "letter", "points"), "一", "必須是陣列"),
        (("letters", 0, "letter", "subject"), "", "公文尚缺：主旨"),
        (("letters", 0, "doc_no"), None, "沒有 doc_no"),
        (("letters", 0, "how"), "mail", "不在可用的清單內"),
        (("letters", 0, "at"), "2030-01-01T00:00:00+08:00", "在未來"),
        (("letters",), {}, "必須是陣列"),
    ],
)
def test_answers_and_letters_that_cannot_be_are_refused_with_the_reason(asked_line, path, value, said):
    record, known, now = json.loads(asked_line[0]), *asked_line[1:]
    holder = record
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    refused = history.parse_line(json.dumps(record), 1, known, now)
    assert isinstance(refused, history.Refusal)
    assert said in refused.reason


@pytest.fixture(scope="module")
def asked_line(tmp_path_factory):
    """A line with answers and letters, the words that a history may use, and now."""
    with Service(f"sqlite:///{tmp_path_factory.mktemp('asked') / 'a.db'}") as service:
        with_answers_and_letters(service)
        with service.runtime.reading() as (_session, office):
            return given_out(service)[0], history.KnownWords.of(office.offices), service.now


def test_the_same_line_again_is_skipped_and_another_history_refused(service):
    take_in(service, LINES)
    assert take_in(service, LINES[:3]).repeated == 3
    changed = json.loads(LINES[1])
    changed["subject"] = "別的"
    result = take_in(service, ["", LINES[0], json.dumps(changed)])
    assert (result.imported, result.repeated) == (0, 1)
    assert [(refusal.line, refusal.number) for refusal in result.refusals] == [(3, changed["number"])]
    assert given_out(service) == LINES


def test_one_refused_line_refuses_the_file_unless_it_may_be_skipped(service):
    lines = [line(serial=1), "{", line(serial=2, unit="不存在科"), line(serial=3)]
    result = take_in(service, lines)
    assert (result.imported, [refusal.line for refusal in result.refusals]) == (0, [2, 3])
    assert given_out(service) == []
    assert take_in(service, lines, skip_bad=True).imported == 2
    assert len(given_out(service)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "長" * 500}, {"firm": {"name": "長" * 300, "ubn": "04595257"}}, {"firm": None},
        {"firm": {"name": None, "ubn": "12345675"}}, {"language": "ja", "alert": "flood", "confidential": True},
        {"events": [at("2026-01-05T11:00:00", "assigned", to="某人（未具帳號）"),
                    at("2026-01-05T12:00:00", "replied", by="x", via="一種很長很長很長的其他方式",
                       text="好", doc_no="字" * 99)]},
    ],
)  # fmt: skip
def test_what_is_written_comes_out_as_it_was(service, changes):
    written = line(**changes)
    result = take_in(service, [written])
    assert result.refusals == ()
    assert take_in(service, [written]).repeated == 1
    assert take_in(service, given_out(service)).repeated == 1


def test_fields_too_long_to_keep_are_refused_by_line(service):
    long = [line(topic="x" * 41), line(events=[at("2026-01-05T11:00:00", "assigned", to="x" * 201)])]
    assert [refusal.line for refusal in take_in(service, long).refusals] == [1, 2]


def test_importing_sends_nothing_and_reserves_the_serials_of_its_days(service):
    today = line(
        "2026-11-16T08:30:00+08:00", serial=7, events=[at("2026-11-16T08:40:00", "closed", outcome="answered")]
    )
    take_in(service, [today])
    with service.runtime.reading() as (session, _office):
        assert outbox_store.listing(session) == []
    assert service.post("alice", "/cases", PHONE_CASE).json()["number"] == "KP-1151116-0008"
    number = json.loads(today)["number"]
    assert service.post("alice", f"/cases/{number}/reopen", {"reason": "x"}).status_code == 200


def test_words_stand_in_messages_alone(service):
    words = ["問", "答", "記", "請補", "結"]
    events = [
        at("2026-01-05T11:00:00", "message", text=words[0]),
        at("2026-01-05T12:00:00", "replied", text=words[1], via="phone"),
        at("2026-01-05T13:00:00", "note", text=words[2]),
        at("2026-01-05T14:00:00", "waiting", on="firm", message=words[3]),
        at("2026-01-05T15:00:00", "closed", outcome="answered", summary=words[4]),
    ]
    take_in(service, [line(events=events)])
    with service.runtime.reading() as (session, _office):
        row = case_store.by_number(session, "KP-1150105-0001")
        assert [message.text for message in case_store.messages(session, row.id)] == words
        assert not any(word in str(event.data) for event in case_store.events_of(session, row.id) for word in words)
    shown = service.get("sue", "/cases/KP-1150105-0001").json()
    assert [message["text"] for message in shown["messages"]] == words


@pytest.mark.parametrize(
    ("received", "events", "due", "used"),
    [
        ("2026-01-05T10:00:00+08:00",
         [at("2026-01-07T10:00:00", "closed", outcome="answered"), at("2026-02-10T10:00:00", "reopened"),
          at("2026-02-11T10:00:00", "closed", outcome="answered")], "2026-02-11", 3),
        ("2026-03-02T10:00:00+08:00",
         [at("2026-03-03T10:00:00", "waiting", on="firm"), at("2026-03-09T10:00:00", "resumed"),
          at("2026-03-09T11:00:00", "extended", days=3, reason="x")], "2026-03-16", None),
        ("2025-07-04T10:00:00+08:00",
         [at("2025-07-04T11:00:00", "waiting", on="firm"), at("2025-07-08T10:00:00", "resumed")], "2025-07-11", None),
        ("2026-02-14T10:00:00+08:00", [at("2026-02-15T10:00:00", "closed", outcome="answered")], "2026-02-25", 0.5),
        ("2026-01-05T10:00:00+08:00",
         [at("2026-01-06T10:00:00", "waiting", on="firm"), at("2026-01-09T10:00:00", "closed", outcome="answered")],
         "2026-01-13", 1),
    ],
    ids=["reopened", "extended", "typhoon", "weekend", "closed while waiting"],
)  # fmt: skip
def test_the_clock_table_of_the_contract_through_import_and_api(service, received, events, due, used):
    """Contract §7."""
    with service.runtime.writing() as (session, _office):
        office_calendar_commands.close(
            session, service.runtime.office_provider, day=date(2025, 7, 7), county="高雄市", district=None, part="full",
            source="", now=service.now,
        )  # fmt: skip
    take_in(service, [line(received, events=events)])
    shown = service.get("sue", f"/cases/{json.loads(line(received))['number']}").json()
    assert (shown["due_on"], shown["days_used"]) == (due, used)


def test_the_api_and_the_service_give_the_same_report_in_every_form(service):
    """R13."""
    take_in(service, LINES)
    given = service.get("sue", "/turnaround", **{"from": "2025-02-01", "to": "2025-02-28", "by": "unit"}).json()
    with service.runtime.reading() as (session, office):
        made = turnaround_report.report(
            session, office, start=date(2025, 2, 1), end=date(2025, 2, 28), by="unit", now=service.now
        )
    assert given == made
    assert given["closed_cases"] == 21
    for form, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("ods", b"PK")):
        answer = service.get("sue", "/turnaround", **{"from": "2025-02-01", "to": "2025-02-28", "format": form})
        assert answer.content.startswith(begin)
        assert "attachment" in answer.headers["content-disposition"]
    for query in ({"from": "2025-02-30", "to": "2025-03-01"}, {"from": "2025-03-01", "to": "2025-02-01"}, {"to": "x"}):
        assert service.get("sue", "/turnaround", **query).status_code == 422


def test_a_finished_report_changes_only_as_a_revision_that_says_so(service):
    """R7: an event entered afterwards with an earlier time; contract §8."""
    take_in(service, LINES)
    number = service.opened(received_at="2026-10-30T09:00:00+08:00")
    asked = {"from": "2026-10-01", "to": "2026-10-31"}

    def report():
        found = service.get("sue", "/turnaround", **asked).json()
        return found["revision"], found["revised"], found["first_reply_minutes"]["n"]

    assert [report(), report()] == [(0, False, 0), (0, False, 0)]
    late = {"text": "x", "via": "phone", "at": "2026-10-30T10:00:00+08:00"}
    assert service.post("alice", f"/cases/{number}/messages", late).status_code == 201
    assert [report(), report()] == [(1, True, 1), (1, True, 1)]
    service.later(days=30)
    assert report() == (1, True, 1)


def test_a_case_imported_into_a_printed_month_is_a_revision_of_every_split(service):
    """Contract §8, whichever split was printed before."""
    take_in(service, LINES)
    asked = {"from": "2026-01-01", "to": "2026-01-31"}
    assert service.get("sue", "/turnaround", **asked).json()["revised"] is False
    closed = [
        at("2026-01-06T10:00:00", "replied", via="phone"),
        at("2026-01-06T11:00:00", "closed", outcome="answered"),
    ]
    assert take_in(service, [line(events=closed)]).imported == 1
    for split in ({"by": "category"}, {}, {"by": "officer"}):
        found = service.get("sue", "/turnaround", **asked, **split).json()
        assert (found["revision"], found["revised"]) == (1, True), split


def test_what_is_written_in_bulk_is_what_a_step_would_write(service):
    """Every column that lists read, as the next step of each case would bring it in step."""
    take_in(service, LINES)
    with service.runtime.writing() as (session, office):
        for row in session.scalars(select(CaseRow)):
            locked_case.project(office, row, case_store.state_of(session, row), service.now)
        assert [row.number for row in session.dirty if session.is_modified(row)] == []


def test_several_processes_read_a_file_as_one_does(service):
    """Repeats and refusals too, by line and in the order of the file; what is in already is skipped."""
    many = [line(serial=serial, subject=f"事項{serial}") for serial in range(1, 600)]
    bad = [many[10], line(serial=7, subject="別的"), "{", line(serial=601, unit="不存在科"), many[599 - 1]]
    found = histories.import_beside_service(
        service.runtime, [*LINES, *many, *bad], skip_bad=True, now=service.now, processes=2
    )
    assert (found.imported, found.repeated) == (len(LINES) + 599, 2)
    assert [refusal.line - len(LINES) - 599 for refusal in found.refusals] == [2, 3, 4]
    assert given_out(service) == [*LINES, *many]
    again = histories.import_beside_service(service.runtime, [*LINES, *many], skip_bad=False, now=service.now)
    assert (again.imported, again.repeated) == (0, len(LINES) + 599)


def test_the_cases_behind_a_figure_are_named(service):
    take_in(service, LINES)
    with service.runtime.reading() as (session, office):
        made = turnaround_report.make(
            session, office, start=date(2025, 2, 1), end=date(2025, 2, 28), by="unit", now=service.now
        )
        late = turnaround_report.cases_behind(session, made, "late")
        parts = [
            turnaround_report.cases_behind(session, made, "late", group=group.key, grouped=True).numbers
            for group in made.report.groups
        ]
        nobody = turnaround_report.cases_behind(session, made, "late", group="nobody", grouped=True)
    assert late.times == late.cases == len(late.numbers) == 7
    assert sorted(number for part in parts for number in part) == sorted(late.numbers)
    assert nobody.numbers == ()


FIRMS = [
    ("晴川精密", None), ("晴川精密", "04595257"), (None, "12345675"), ("海晏", "12345675"), ("海晏", None),
    (None, None), ("長" * 121, None), ("長" * 120, None), ("遠洋", "22099131"), ("遠洋", None),
]  # fmt: skip


@pytest.mark.parametrize("among", [FIRMS, FIRMS[4:], FIRMS[:2], [FIRMS[8], FIRMS[9]], [FIRMS[9], FIRMS[8]]])
def test_firms_found_at_once_are_those_found_one_after_the_other(service, tmp_path, among):
    def rows(where):
        with where.runtime.reading() as (session, _office):
            return session.execute(select(Firm.name, Firm.ubn, Firm.claimed_ubn, Firm.verified)).all()

    with Service(f"sqlite:///{tmp_path / 'second.db'}") as second:
        with second.runtime.writing() as (session, _office):
            one_by_one = [case_store.firm_for(session, name=name and name[:120], ubn=ubn, now=service.now)
                          for name, ubn in among]  # fmt: skip
            expected = [firm and firm.name for firm in one_by_one]
        with service.runtime.writing() as (session, _office):
            found = Firms().of(session, among, now=service.now)
            names = dict(session.execute(select(Firm.id, Firm.name)).all())
            assert [names.get(found[key]) for key in among] == expected
        assert sorted(map(str, rows(service))) == sorted(map(str, rows(second)))


def test_the_same_firms_again_are_those_that_are_there(service):
    with service.runtime.writing() as (session, _office):
        first = dict(Firms().of(session, FIRMS[4:], now=service.now))
        again = dict(Firms().of(session, FIRMS[4:], now=service.now))
    assert first == again
