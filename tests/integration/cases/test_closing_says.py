"""What a close says beside its outcome: the case that goes on, the agency in charge, what ends with it."""

import json

import pytest

from routing.domain.case import Outcome
from routing.domain.errors import Invalid
from routing.domain.permissions import FIRM
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, from_firm, histories
from routing.service.cases.closing import Ending
from tests.harness.branch import importable, push, unnotified
from tests.harness.cast import ALICE, CAROL
from tests.harness.pages import Visitor
from tests.harness.service import Service


def close(branch, number, outcome, by=ALICE, **said):
    with branch.hold(number, by) as locked:
        case_commands.close(locked, outcome, summary="處理情形", notify=push, ending=Ending(**said))


def consult(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "agency", agency="taipower", message="請查", notify=unnotified)


def ask_days(branch, number):
    with branch.hold(number, ALICE) as locked:
        extensions.ask(locked, 2, reason="需會勘", notify=unnotified)


def kept(branch, number):
    closed = next(event for event in reversed(branch.events(number)) if event.event == "closed")
    return {name: value for name, value in closed.data.items() if name != "message_id"}


@pytest.mark.parametrize(
    ("outcome", "said", "code"),
    [
        (Outcome.DUPLICATE, {"into": " "}, "into_missing"),
        (Outcome.DUPLICATE, {"into": "KP-1150302-0099"}, "into_unusable"),
        (Outcome.DUPLICATE, {"into": "KP-1150302-0001"}, "into_unusable"),
        (Outcome.REFERRED, {"agency": ""}, "agency_missing"),
        (Outcome.REFERRED, {"agency": "某" * 81}, "invalid"),
    ],
)
def test_a_merged_case_names_its_target_and_a_referred_one_its_agency(branch, number, outcome, said, code):
    assert number == "KP-1150302-0001"
    before = len(branch.messages(number))
    with pytest.raises(Invalid) as refused:
        close(branch, number, outcome, **said)
    assert refused.value.code == code
    assert refused.value.field == ("into" if outcome is Outcome.DUPLICATE else "agency")
    assert len(branch.messages(number)) == before


def test_the_firm_reads_into_which_of_its_cases_it_went(branch, number):
    own = branch.open(contact_id=branch.row(number).contact_id)
    close(branch, number, Outcome.DUPLICATE, into=own.lower())
    assert kept(branch, number) == {"outcome": "duplicate", "into": own}
    assert (branch.case(number).closed.into, branch.row(number).merged_into) == (own, own)
    assert "已併入該案辦理" in str(branch.outbox()[-1].payload)
    assert own in str(branch.outbox()[-1].payload)
    importable(branch, number)


def test_the_firm_is_not_told_the_number_of_another_firms_case(branch, number):
    other = branch.open(contact_id=branch.contact("U2"))
    close(branch, number, Outcome.DUPLICATE, into=other)
    assert other not in str(branch.outbox()[-1].payload)
    assert "已併案辦理" in str(branch.outbox()[-1].payload)


def test_a_case_that_was_merged_itself_is_no_target(branch, number):
    """A9: two cases never end in each other."""
    second, third = branch.open(), branch.open()
    close(branch, second, Outcome.DUPLICATE, into=third)
    with pytest.raises(Invalid, match=third):
        close(branch, number, Outcome.DUPLICATE, into=second)
    close(branch, third, Outcome.DUPLICATE, into=number)
    with branch.hold(third, ALICE) as locked:
        case_commands.reopen(locked, reason="不同事由", notify=unnotified)
    close(branch, number, Outcome.DUPLICATE, into=third)


def test_a_hidden_case_is_a_target_that_is_not_there(branch, number):
    hidden = branch.open(category="tax")
    with branch.hold(hidden, CAROL) as locked:
        locked.record(case_commands.EventKind.CONFIDENTIAL, confidential=True)
    with pytest.raises(Invalid, match="查無案件"):
        close(branch, number, Outcome.DUPLICATE, into=hidden)


@pytest.mark.parametrize(
    ("written", "stored", "read"),
    [
        ("台電", "taipower", "台灣電力"),
        ("taipower", "taipower", "台灣電力"),
        ("高雄市政府環境保護局", None, "高雄市政府環境保護局"),
    ],
)
def test_the_firm_reads_to_whom_it_was_referred(branch, number, written, stored, read):
    close(branch, number, Outcome.REFERRED, agency=written)
    assert kept(branch, number) == {"outcome": "referred", "agency": stored or written}
    payload = next(str(row.payload) for row in branch.outbox() if row.reason == "closed")
    assert f"移請{read}" in payload
    importable(branch, number)


def test_a_consultation_under_way_does_not_vanish_with_the_close(branch, number):
    consult(branch, number)
    with pytest.raises(Invalid) as refused:
        close(branch, number, Outcome.WITHDRAWN, consultation="")
    assert (refused.value.code, refused.value.field) == ("consultation_open", "consultation")
    close(branch, number, Outcome.WITHDRAWN, consultation="answered")
    assert kept(branch, number) == {"outcome": "withdrawn", "consultation": "answered"}
    importable(branch, number)


def test_a_request_for_more_days_does_not_vanish_with_the_close(branch, number):
    ask_days(branch, number)
    with pytest.raises(Invalid) as refused:
        close(branch, number, Outcome.WITHDRAWN, extension="granted")
    assert (refused.value.code, refused.value.field) == ("extension_open", "extension")
    close(branch, number, Outcome.WITHDRAWN, extension="withdrawn")
    assert kept(branch, number) == {"outcome": "withdrawn", "extension": "withdrawn"}
    importable(branch, number)


def test_what_is_not_under_way_is_not_recorded(branch, number):
    close(branch, number, Outcome.WITHDRAWN, consultation="answered", extension="withdrawn", into="x", agency="y")
    assert kept(branch, number) == {"outcome": "withdrawn"}


def test_a_firm_that_takes_its_case_back_withdraws_what_is_under_way(branch, number):
    consult(branch, number)
    ask_days(branch, number)
    with branch.hold(number, FIRM) as locked:
        from_firm.withdraw(locked, notify=push)
    said = kept(branch, number)
    assert (said["consultation"], said["extension"]) == ("withdrawn", "withdrawn")


def test_the_desk_asks_for_what_a_close_has_to_say(database_url):
    """Without JavaScript: every field stands on the form."""
    with Service(database_url) as service:
        number, other = service.opened(), service.opened()
        alice = Visitor(service, "alice")
        alice.step(number, "consult", of="agency:taipower", consent="no_data", question="請確認饋線。")
        typed = {"outcome": "duplicate", "summary": "同一事由"}
        refused = alice.step(number, "close", **typed)
        assert (refused.status, "併案須填寫併入的案號" in refused.text) == (422, True)
        refused = alice.send(refused, "/close", into=other)
        assert (refused.status, "請選擇會辦如何處理" in refused.text) == (422, True)
        assert refused.form("/close").fields["into"] == other
        closed = alice.send(refused, "/close", consultation="withdrawn")
        assert f"併入 {other}" in closed.text
        assert "撤回會辦" in closed.text
        target = alice.get(f"/desk/cases/{other}")
        assert "併入本案" in target.text
        assert number in target.text
        referred = alice.step(other, "close", outcome="referred", summary="權責不屬本分局", agency="高雄市政府")
        assert "移請 高雄市政府" in referred.text


def test_programs_say_it_too_and_read_it_in_the_history(database_url):
    with Service(database_url) as service:
        number, other = service.opened(), service.opened()
        body = {"outcome": "duplicate", "summary": "同一事由"}
        answer = service.post("alice", f"/cases/{number}/close", {**body, "into": " "})
        assert (answer.status_code, answer.json()["code"]) == (422, "into_missing")
        assert service.post("alice", f"/cases/{number}/close", {**body, "into": other}).status_code == 200
        event = service.get("alice", f"/cases/{number}").json()["events"][-1]
        assert (event["event"], event["into"]) == ("closed", other)
        answer = service.post(
            "alice", f"/cases/{other}/close", {"outcome": "referred", "summary": "x", "agency": "台水"}
        )
        events = service.get("alice", f"/cases/{other}").json()["events"]
        assert [one["agency"] for one in events if one["event"] == "closed"] == ["taiwanwater"]
        assert answer.status_code == 200


@pytest.mark.parametrize("outcome", ["referred", "duplicate", "withdrawn"])
def test_a_program_that_says_no_more_than_the_contract_asks_withdraws_what_is_under_way(database_url, outcome):
    """Contract §5: outcome and summary are enough."""
    with Service(database_url) as service:
        number = service.opened()
        asked = {"on": "agency", "agency": "taipower", "message": "請確認饋線。"}
        service.post("alice", f"/cases/{number}/wait", asked)
        service.post("alice", f"/cases/{number}/extension", {"days": 2, "reason": "需會勘"})
        closed = service.post("alice", f"/cases/{number}/close", {"outcome": outcome, "summary": "處理情形"})
        assert (closed.status_code, closed.json()["outcome"]) == (200, outcome)
        event = service.get("alice", f"/cases/{number}").json()["events"][-1]
        assert (event["consultation"], event["extension"]) == ("withdrawn", "withdrawn")


LINE = {
    "number": "KP-1150302-0007", "kind": "ENQ", "category": "land", "channel": "phone", "park": None,
    "unit": "用地工程科", "subject": "x", "received_at": "2026-03-02T09:00:00+08:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("closed", "refused"),
    [
        ({"outcome": "duplicate"}, None),
        ({"outcome": "referred"}, None),
        ({"outcome": "duplicate", "into": "KP-1140103-0001", "extension": "withdrawn"}, None),
        ({"outcome": "referred", "agency": "高雄市政府", "consultation": "answered"}, None),
        ({"outcome": "duplicate", "into": "甲案"}, "格式不符"),
        ({"outcome": "duplicate", "into": "KP-1150302-0007"}, "不能併入自己"),
        ({"outcome": "answered", "into": "KP-1140103-0001"}, "只用於 outcome 為 duplicate"),
        ({"outcome": "withdrawn", "agency": "高雄市政府"}, "只用於 outcome 為 referred"),
        ({"outcome": "referred", "agency": "某" * 81}, "過長"),
        ({"outcome": "answered", "consultation": "lost"}, "不在可用的清單內"),
    ],
)
def test_an_older_history_that_does_not_say_it_still_loads_and_what_is_said_is_checked(branch, closed, refused):
    line = {**LINE, "events": [{"at": "2026-03-02T09:00:00+08:00", "event": "closed", **closed}]}
    with branch.database.writing() as session:
        result = histories.import_histories(session, branch.office, [json.dumps(line)], skip_bad=False, now=branch.now)
        written = json.loads(next(histories.export(session)))["events"][0] if refused is None else {}
    assert [refused in str(one) for one in result.refusals] == ([] if refused is None else [True])
    assert refused is not None or closed.items() <= written.items()
