"""Case histories are read strictly and written canonically (contract §6)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.offices.directory import load_offices
from routing.domain.case import Event, EventKind, Kind, Status
from routing.domain.reporting.history import CaseHistory, KnownWords, Refusal, Repeat, digest, dump, parse_line, read

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=TAIPEI)
KNOWN = KnownWords(
    units=frozenset({"用地工程科", "投資服務科"}), park={"楠梓": "楠梓", "楠梓加工區": "楠梓", "屏東": "屏東"}.get
)


def event(at, word, **fields):
    return {"at": f"2025-01-{at}:00+08:00", "event": word, **fields}


ASSIGNED = event("03T11:00", "assigned", to="a@example.gov.tw")
REPLIED = event("03T12:00", "replied", by="a@example.gov.tw", via="phone", text="已說明")
WAITING = event("06T09:00", "waiting", on="firm", reason="補正")
RESUMED = event("07T09:00", "resumed")
EXTENDED = event("07T10:00", "extended", days=3, reason="會勘", approved_by="b@example.gov.tw")
CLOSED = event("08T09:00", "closed", outcome="answered")
REOPENED = event("09T09:00", "reopened")


def record(*events, **changes):
    whole = {
        "number": "KP-1140103-0001",
        "kind": "ENQ",
        "category": "land",
        "topic": None,
        "channel": "phone",
        "park": "楠梓",
        "unit": "用地工程科",
        "language": "zh-TW",
        "firm": {"name": "某某精密", "ubn": None},
        "subject": "租約",
        "first_contact_at": "2025-01-03T10:00:00+08:00",
        "received_at": "2025-01-03T10:03:00+08:00",
        "events": list(events),
    }
    return {**whole, **changes}


def parse(whole, lineno=7):
    line = whole if isinstance(whole, str) else json.dumps(whole, ensure_ascii=False)
    return parse_line(line, lineno, KNOWN, NOW)


def refusal(whole):
    result = parse(whole)
    assert isinstance(result, Refusal), result
    assert result.line == 7
    assert str(result) == f"第 7 行：{result.reason}"
    return result.reason


def accepted(whole):
    result = parse(whole)
    assert isinstance(result, CaseHistory), result
    return result


def test_the_contract_example_is_read_and_folds():
    history = accepted(record(ASSIGNED, REPLIED, WAITING, RESUMED, EXTENDED, CLOSED, REOPENED))
    case = history.case()
    assert history.opening.kind is Kind.ENQ
    assert history.opening.received_at == datetime(2025, 1, 3, 2, 3, tzinfo=UTC)
    assert history.opening.received_at.utcoffset() == timedelta(0)
    assert case.assignee == "a@example.gov.tw"
    assert case.reopened == 1
    assert case.extensions[0].approved_by == "b@example.gov.tw"
    assert case.status is Status.ASSIGNED


def test_a_line_written_canonically_comes_back_letter_by_letter():
    line = dump(accepted(record(ASSIGNED, REPLIED, WAITING, RESUMED, EXTENDED, CLOSED, REOPENED)))
    assert dump(accepted(line)) == line
    assert json.loads(line) == record(ASSIGNED, REPLIED, WAITING, RESUMED, EXTENDED, CLOSED, REOPENED)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("2025-01-03T02:03:00Z", "2025-01-03T10:03:00+08:00"),
        ("2025-01-03T10:03:00.250+08:00", "2025-01-03T10:03:00.250000+08:00"),
        ("2025-01-03 03:03:07+01:00", "2025-01-03T10:03:07+08:00"),
        ("2025-01-02T23:30:00-08:00", "2025-01-03T15:30:00+08:00"),
    ],
)
def test_any_offset_is_read_and_taipei_is_written(written, canonical):
    """S17."""
    whole = json.loads(dump(accepted(record(received_at=written, first_contact_at=None))))
    assert whole["received_at"] == whole["first_contact_at"] == canonical


def test_what_may_be_left_out_gets_its_plain_meaning():
    whole = record()
    for field in ("topic", "park", "language", "firm", "subject", "first_contact_at"):
        del whole[field]
    opening = accepted(whole).opening
    assert (opening.topic, opening.park, opening.firm_name, opening.subject) == (None, None, None, "")
    assert opening.language == "zh-TW"
    assert opening.first_contact_at == opening.received_at


@pytest.mark.parametrize("field", ["number", "kind", "category", "channel", "unit", "received_at", "events"])
def test_a_missing_field_is_named(field):
    whole = record()
    del whole[field]
    assert field in refusal(whole)
    assert field in refusal(record(**{field: None}))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"unit": "秘書室"}, "秘書室"),
        ({"park": "新竹"}, "新竹"),
        ({"category": "smalltalk"}, "smalltalk"),
        ({"kind": "enq"}, "enq"),
        ({"channel": "fax"}, "fax"),
        ({"language": "ko"}, "ko"),
        ({"color": "red"}, "color"),
        ({"firm": {"name": "甲", "phone": "07"}}, "phone"),
        ({"firm": "甲"}, "firm"),
        ({"subject": 5}, "subject"),
        ({"subject": "a\x00b"}, "subject"),
        ({"subject": "\ud800"}, "subject"),
        ({"topic": ["x"]}, "topic"),
        ({"events": {}}, "events"),
        ({"confidential": "yes"}, "confidential"),
        ({"received_at": 1735869780}, "received_at"),
        ({"received_at": "2025-01-03T10:03:00"}, "時差"),
        ({"received_at": "2025-01-03"}, "時差"),
        ({"received_at": "昨天"}, "格式"),
        ({"received_at": "2026-11-22T12:00:01+08:00"}, "未來"),
        ({"received_at": "2023-12-31T23:59:59+08:00"}, "2024"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "2024"),
        ({"received_at": "9999-12-31T23:59:59-14:00"}, "未來"),
        ({"first_contact_at": "2025-01-03T10:03:01+08:00"}, "first_contact_at"),
        ({"first_contact_at": "2025-01-03T10:00:00"}, "first_contact_at"),
    ],
)
def test_a_bad_field_of_the_case_is_named(changes, word):
    assert word in refusal(record(**changes))


@pytest.mark.parametrize(
    "number",
    [
        "KP-1140104-0001",
        "KP-1130103-0001",
        "KP-20250103-0001",
        "KP-1140103-0000",
        "KP-1140103-001",
        "K-1140103-0001",
        "kp-1140103-0001",
        "KPKPK-1140103-0001",
        "KP-1141332-0001",
        "KP-１１４０１０３-0001",
        "KP-1140103-0001\n",
        "",
        5,
    ],
)
def test_a_number_that_does_not_fit_is_refused(number):
    assert "number" in refusal(record(number=number)) or "案號" in refusal(record(number=number))


def test_the_day_of_a_number_is_that_of_taipei():
    """R12, S17: 00:30 in Taipei is still the day before in UTC."""
    accepted(record(received_at="2025-01-02T16:30:00Z", first_contact_at=None))
    refusal(record(received_at="2025-01-03T16:30:00Z", first_contact_at=None))


@pytest.mark.parametrize(
    ("events", "word"),
    [
        ([event("03T11:00", "exploded")], "exploded"),
        ([event("03T11:00", "rated", score=5)], "rated"),
        ([{"event": "note"}], "at"),
        ([{"at": "2025-01-03T11:00:00+08:00"}], "event"),
        (["note"], "物件"),
        ([event("03T11:00", "note", colour="red")], "colour"),
        ([event("03T11:00", "assigned")], "to"),
        ([event("03T11:00", "assigned", to="a", unit="秘書室")], "秘書室"),
        ([event("03T11:00", "transferred", unit="秘書室")], "秘書室"),
        ([event("03T11:00", "transferred", to="秘書室")], "秘書室"),
        ([event("03T11:00", "transferred")], "unit"),
        ([event("03T11:00", "waiting")], "on"),
        ([event("03T11:00", "waiting", on="weather")], "weather"),
        ([event("03T11:00", "waiting", on="firm", until="soon")], "until"),
        ([event("03T11:00", "extended", reason="x")], "days"),
        ([event("03T11:00", "extended", days=0)], "days"),
        ([event("03T11:00", "extended", days=True)], "days"),
        ([event("03T11:00", "extended", days=2.5)], "days"),
        ([event("03T11:00", "extended", days=10**30)], "days"),
        ([event("03T11:00", "category", category="none")], "none"),
        ([event("03T11:00", "kind", kind="XYZ")], "XYZ"),
        ([event("03T11:00", "kind", kind="APP", filed_at="2025-01-03T11:00:00")], "filed_at"),
        ([event("03T11:00", "closed")], "outcome"),
        ([event("03T11:00", "closed", outcome="done")], "done"),
        ([event("03T11:00", "replied", by=3)], "by"),
        ([{"at": "2025-01-03T11:00:00", "event": "note"}], "時差"),
        ([{"at": "2026-11-23T00:00:00+08:00", "event": "note"}], "未來"),
        ([event("03T10:02", "note")], "順序"),
        ([event("04T11:00", "note"), event("04T10:59", "note")], "順序"),
        ([WAITING, event("06T10:00", "waiting", on="agency")], "等待"),
        ([RESUMED], "等待"),
        ([WAITING, RESUMED, event("08T09:00", "resumed")], "等待"),
        ([CLOSED, event("08T10:00", "closed", outcome="answered")], "辦結"),
        ([WAITING, CLOSED, event("08T10:00", "resumed")], "等待"),
        ([CLOSED, event("08T10:00", "replied")], "辦結"),
        ([CLOSED, event("08T10:00", "assigned", to="b")], "辦結"),
        ([CLOSED, event("08T10:00", "waiting", on="firm")], "辦結"),
        ([CLOSED, event("08T10:00", "extended", days=1)], "辦結"),
        ([CLOSED, event("08T10:00", "category", category="tax")], "辦結"),
        ([REOPENED], "辦結"),
    ],
)
def test_a_bad_event_is_refused_with_its_reason(events, word):
    assert word in refusal(record(*events))


@pytest.mark.parametrize(
    "line",
    ["", "null", "[]", "{", '{"a": NaN}', '{"number": 1, "number": 2}', "[" * 100_000, "9" * 5_000, "\x00", '"x"'],
)
def test_what_is_not_one_json_object_is_refused_without_a_traceback(line):
    refusal(line)


@pytest.mark.parametrize(
    "events",
    [
        [CLOSED],
        [CLOSED, event("08T10:00", "note", text="後記"), event("08T11:00", "message", text="謝謝")],
        [WAITING, CLOSED, REOPENED, event("09T10:00", "waiting", on="agency", agency="taipower")],
        [event("03T10:03", "note", text="一"), event("03T10:03", "note", text="二")],
        [event("03T11:00", "assigned", to=None), event("03T11:00", "assigned", to="某位同仁", unit="投資服務科")],
        [event("03T11:00", "transferred", unit="投資服務科"), event("03T12:00", "transferred", agency="taiwanwater")],
        [event("03T11:00", "category", category="tax", topic="trade", reason="改分")],
        [event("03T11:00", "kind", kind="APP", filed_at="2025-01-02T09:00:00+08:00", reason="申請")],
        [event("03T11:00", "replied", via="letter", doc_no="高屏字第1140000001號", by="舊同仁")],
        [event("03T11:00", "waiting", on="firm", message="請補正", until="2025-01-20")],
        [event("03T11:00", "closed", outcome="withdrawn", summary="廠商撤回")],
    ],
)
def test_what_happened_is_taken_as_it_is_and_written_back(events):
    """Closing as answered without a reply, unknown people, notes after the close, equal times in the file's order."""
    history = accepted(record(*events))
    assert json.loads(dump(history))["events"] == events
    assert dump(accepted(dump(history))) == dump(history)


def test_equal_times_keep_the_order_of_the_file():
    same = [event("06T09:00", "waiting", on="firm"), event("06T09:00", "resumed"), event("06T09:00", "note", text="z")]
    assert [one.kind for one in accepted(record(*same)).events] == ["waiting", "resumed", "note"]


@pytest.mark.parametrize(
    ("loose", "strict"),
    [
        (event("03T11:00", "transferred", to="投資服務科"), event("03T11:00", "transferred", unit="投資服務科")),
        (event("03T11:00", "category", to="tax"), event("03T11:00", "category", category="tax")),
        (event("03T11:00", "kind", to="PET"), event("03T11:00", "kind", kind="PET")),
    ],
)
def test_to_is_understood_where_the_event_has_one_thing_to_change(loose, strict):
    assert json.loads(dump(accepted(record(loose))))["events"] == [strict]


def test_a_park_is_written_by_its_short_name_however_it_was_called():
    assert accepted(record(park="楠梓加工區")).opening.park == "楠梓"
    assert dump(accepted(record(park="楠梓加工區"))) == dump(accepted(record()))


def test_the_shipped_units_and_parks_are_known():
    offices = load_offices()
    known = KnownWords.of(offices)
    assert {"用地工程科", "營運管理科", "環安勞動科", "投資服務科"} <= known.units
    assert [known.park(name) for park in offices.parks for name in (park.id, park.full_name)] == [
        park.name for park in offices.parks for _ in range(2)
    ]
    assert known.park("月球") is None


def test_a_tax_id_is_kept_as_written():
    line = dump(accepted(record(firm={"name": "甲", "ubn": "04595257"})))
    assert json.loads(line)["firm"]["ubn"] == "04595257"


@pytest.mark.parametrize("ubn", ["12345678", "4595257", "00000000", "0459525７", "not a number", "", "04595257 "])
def test_a_wrong_tax_id_refuses_the_line(ubn):
    """It would become another firm's record, or nobody's; the same rule as elsewhere (faults-2 16)."""
    assert "firm.ubn" in refusal(record(firm={"name": "甲", "ubn": ubn}))


def test_confidentiality_and_alert_survive_the_round_trip_and_are_silent_otherwise():
    history = accepted(record(REPLIED, confidential=True, alert="fire"))
    assert history.case().confidential
    assert history.opening.alert == "fire"
    assert dump(accepted(dump(history))) == dump(history)
    assert {"confidential", "alert"} & set(json.loads(dump(accepted(record())))) == set()


def test_events_without_a_word_in_histories_and_inner_data_stay_inside():
    history = accepted(record(CLOSED))
    at = history.events[0].at
    more = (
        Event(at=at, kind=EventKind.RATED, data={"score": 5}),
        Event(at=at, kind=EventKind.NOTE, data={"text": "x", "message_id": 12}),
    )
    written = json.loads(dump(CaseHistory(opening=history.opening, events=history.events + more)))["events"]
    assert written == [CLOSED, event("08T09:00", "note", text="x")]


def test_events_recorded_late_are_written_in_order_of_time():
    early = Event(at=datetime(2025, 1, 3, 5, tzinfo=UTC), kind=EventKind.REPLIED, data={"via": "phone"})
    history = accepted(record(WAITING))
    line = dump(CaseHistory(opening=history.opening, events=(*history.events, early)))
    assert [one["event"] for one in json.loads(line)["events"]] == ["replied", "waiting"]
    accepted(line)


def test_a_file_skips_repeats_and_refuses_contradictions_by_line():
    first = record(CLOSED)
    other = record(CLOSED, subject="不同")
    second = record(number="KP-1140103-0002")
    lines = [
        "\ufeff" + json.dumps(first) + "\n",
        "\n",
        json.dumps(first, ensure_ascii=False, indent=None, separators=(",", ":")),
        json.dumps(other),
        "{",
        json.dumps(second),
    ]
    results = list(read(lines, KNOWN, NOW))
    assert [type(result) for result in results] == [CaseHistory, Repeat, Refusal, Refusal, CaseHistory]
    assert [result.line for result in results if not isinstance(result, CaseHistory)] == [3, 4, 5]
    assert "KP-1140103-0001" in results[2].reason
    assert results[2].number == "KP-1140103-0001"


def test_a_refused_line_does_not_take_its_number():
    lines = [json.dumps(record(unit="秘書室")), json.dumps(record())]
    assert [type(result) for result in read(lines, KNOWN, NOW)] == [Refusal, CaseHistory]


WAIT = event("10:00", "waiting", on="agency", agency="KMG")
TOLD = [
    record(), record(subject="別的"), record(subject="None"), record(subject=""), record(topic="t"),
    record(alert="fire"), record(confidential=True), record(firm=None), record(firm={"name": "None"}), record(WAIT),
    record(language="ja"), record(WAIT, event("11:00", "resumed")), record(event("10:00", "waiting", on="firm")),
    record(event("10:00", "note", text="a")), record(event("10:00", "note", text="a", by="b")),
    record(event("10:00", "note", text="a"), event("10:00", "note", text="b")),
    record(event("10:00", "note", text="b"), event("10:00", "note", text="a")),
    record(event("10:00", "assigned", to=None)), record(event("10:00", "assigned", to="None")),
]  # fmt: skip


def test_histories_have_one_digest_exactly_when_they_are_written_alike():
    histories = [accepted(one) for one in TOLD]
    assert len({dump(one) for one in histories}) == len(TOLD)
    assert len({digest(one) for one in histories}) == len(TOLD)
    for one in histories:
        again = accepted(json.loads(json.dumps(json.loads(dump(one)), sort_keys=True)))
        assert digest(again) == digest(one)


def test_reading_a_line_says_how_the_case_stood_after_each_event():
    told = accepted(record(event("10:00", "assigned", to="a@kp.example"), event("11:00", "closed", outcome="answered")))
    assert [state.status for state in told.states] == [Status.ASSIGNED, Status.CLOSED]
    assert told.states[-1] == told.case()
