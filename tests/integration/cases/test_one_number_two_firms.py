"""Two firms give one 統一編號: staff see the contradiction, and neither is ever shown the other's name."""

import json

import pytest

from routing.domain.case import EventKind
from routing.domain.tax_number import same_firm
from routing.service.cases import histories
from routing.service.cases import queries as case_queries
from routing.store.cases import queries as store
from tests.harness.branch import branch_on, cast
from tests.harness.cast import ALICE, SUE
from tests.harness.chat import Chat
from tests.harness.databases import BOTH

UBN = "04595257"
FIRST, SECOND = "甲精密股份有限公司", "乙化工有限公司"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast(branch)
        yield branch


def opens(chat, firm, words="圍牆外的大樹倒下來了，想請人來看"):
    chat.text(words)
    chat.tap("open_case")
    for answer in (firm, "陳小姐", "07-3611212"):
        chat.text(answer)
    chat.tap("park", id="nanzih")
    chat.tap("confirm_case")
    return chat.numbers[-1]


def firm_of(branch, number):
    with branch.database.reading() as session:
        return store.firm_of(session, store.by_number(session, number))


def whole(branch, number, who=SUE):
    with branch.database.reading() as session:
        return case_queries.whole(session, branch.office, branch.actor(who), number, now=branch.now)


def told(branch, chat):
    rows = [row.payload for row in branch.outbox() if row.contact_id == chat.contact.id]
    return json.dumps(rows, ensure_ascii=False)


def test_the_second_firm_keeps_its_own_name_and_staff_see_both(branch):
    one, two = Chat(branch, "U1"), Chat(branch, "U2")
    first = opens(one, f"{FIRST}（{UBN}）")
    second = opens(two, f"{SECOND} {UBN}")
    again = two.opens("自來水管破了，想請人來看")
    for number in (second, again):
        firm = firm_of(branch, number)
        assert (firm.name, firm.ubn, firm.claimed_ubn) == (SECOND, None, UBN)
        assert whole(branch, number).rivals == [FIRST]
    assert firm_of(branch, first).name == FIRST
    assert whole(branch, first).rivals == [SECOND]
    assert FIRST not in told(branch, two)
    assert SECOND not in told(branch, one)
    assert one.numbers == [first]


def test_a_name_that_another_gives_later_is_not_shown_to_who_gave_the_number_alone(branch):
    one, two = Chat(branch, "U1"), Chat(branch, "U2")
    opens(one, UBN)
    opens(two, f"{SECOND} {UBN}")
    one.opens("自來水管破了，想請人來看")
    assert SECOND not in told(branch, one)
    opens(Chat(branch, "U3"), UBN)
    assert SECOND not in told(branch, Chat(branch, "U3"))


def test_the_same_firm_under_a_shorter_name_is_one_firm(branch):
    first = opens(Chat(branch, "U1"), f"{FIRST} {UBN}")
    second = opens(Chat(branch, "U2"), f"甲精密 {UBN}")
    assert firm_of(branch, first).id == firm_of(branch, second).id
    assert whole(branch, first).rivals == []


def test_a_firm_that_only_a_confidential_case_knows_is_not_named_to_officers(branch):
    first = branch.open(firm_name=FIRST, firm_ubn=UBN)
    second = branch.open(firm_name=SECOND, firm_ubn=UBN)
    assert whole(branch, second, ALICE).rivals == [FIRST]
    with branch.hold(first, SUE) as locked:
        locked.record(EventKind.CONFIDENTIAL, confidential=True)
    assert whole(branch, second, ALICE).rivals == ["（另一廠商）"]
    assert whole(branch, second, SUE).rivals == [FIRST]


def test_what_is_exported_keeps_what_each_firm_gave(branch):
    branch.open(firm_name=FIRST, firm_ubn=UBN)
    branch.open(firm_name=SECOND, firm_ubn=UBN)
    with branch.database.reading() as session:
        firms = [json.loads(line)["firm"] for line in histories.export(session)]
    assert firms == [{"name": FIRST, "ubn": UBN}, {"name": SECOND, "ubn": UBN}]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(FIRST, "甲精密", True), ("臺灣晴川有限公司", "台灣晴川股份有限公司", True),
     ("Chingchuan Co., Ltd.", "chingchuan", True),
     (FIRST, SECOND, False), ("有限公司", FIRST, False), ("（甲精密）", FIRST, True)],
)  # fmt: skip
def test_names_of_one_firm(one, other, same):
    assert same_firm(one, other) is same
