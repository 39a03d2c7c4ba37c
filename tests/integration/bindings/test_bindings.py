"""Who speaks for a firm: bound by number and code, cases shared by who opened them, and leavers cut off at once."""

import pytest

from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.service.bindings import commands as bindings
from routing.service.cases import commands as case_commands
from tests.harness.branch import branch_on, cast_in_every_unit, push
from tests.harness.cast import CAROL
from tests.harness.chat import Chat, actions_of, said, words_of
from tests.harness.databases import BOTH

UBN = "04595257"
TREE = "圍牆外的大樹倒下來了，想請人來看"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast_in_every_unit(branch)
        yield branch


@pytest.fixture
def opener(branch):
    return Chat(branch, "U1")


@pytest.fixture
def number(opener):
    return opens(opener)


def opens(chat, words=TREE):
    chat.text(words)
    chat.tap("open_case")
    if chat.state.step.value != "summary":
        for answer in (f"晴川精密 {UBN}", "陳小姐", "07-3611212"):
            chat.text(answer)
        chat.tap("park", id="nanzih")
    chat.tap("confirm_case")
    return chat.numbers[-1]


def code_of(branch, number):
    with branch.hold(number) as locked:
        return bindings.issue_code(locked)[0]


def bound(branch, number, user="U2"):
    """Somebody of the firm, bound by a code."""
    chat = Chat(branch, user)
    chat.tap("bind")
    chat.text(f"{UBN} {code_of(branch, number)}")
    assert chat.contact.firm_id is not None
    return chat


def people(branch, number):
    with branch.database.reading() as session:
        return bindings.colleagues(session, branch.row(number).firm_id)


@pytest.mark.parametrize("typed", ["{ubn} {code}", "統編{ubn}，綁定碼 {code}", "{ubn}\n{low}", "{code} {ubn}"])
def test_number_and_code_bind_however_they_are_typed(branch, number, typed):
    chat = Chat(branch, "U2")
    assert said(chat.tap("bind"), "bind.ask")
    code = code_of(branch, number)
    answer = chat.text(typed.format(ubn=UBN, code=code, low=code.replace("-", "").lower()))
    assert said(answer, "bind.done", firm="晴川精密")
    assert len(people(branch, number)) == 1


def test_a_code_is_good_once(branch, number):
    code = code_of(branch, number)
    for user, key in (("U2", "bind.done"), ("U3", "bind.refused")):
        chat = Chat(branch, user)
        chat.tap("bind")
        assert said(chat.text(f"{UBN} {code}"), key, firm="晴川精密")


def test_a_code_ends_after_a_week(branch, number):
    code = code_of(branch, number)
    branch.later(days=7, hours=1)
    chat = Chat(branch, "U2")
    chat.tap("bind")
    assert said(chat.text(f"{UBN} {code}"), "bind.refused")


def test_five_wrong_tries_kill_it(branch, number):
    code = code_of(branch, number)
    chat = Chat(branch, "U2")
    for _ in range(bindings.MOST_WRONG):
        chat.tap("bind")
        assert said(chat.text(f"{UBN} AAAA-CCCC"), "bind.refused")
    chat.tap("bind")
    assert said(chat.text(f"{UBN} {code}"), "bind.refused")
    assert people(branch, number) == []


def test_a_code_of_another_firm_binds_to_nothing(branch, number):
    other = Chat(branch, "U9")
    other.text("路燈壞了")
    code = code_of(branch, number)
    other.tap("bind")
    assert said(other.text(f"12345675 {code}"), "bind.refused")


def test_a_number_alone_is_kept_and_its_code_asked_for(branch, number):
    code = code_of(branch, number)
    chat = Chat(branch, "U2")
    chat.tap("bind")
    assert said(chat.text(UBN), "bind.code", ubn=UBN)
    chat.text(code)
    assert people(branch, number) != []


@pytest.mark.parametrize("half", ["ABCD-EFGH", "12345678 ABCD-EFGH"])
def test_half_of_it_or_a_wrong_number_is_asked_for_again(branch, number, half):
    chat = Chat(branch, "U2")
    chat.tap("bind")
    assert said(chat.text(half), "bind.again")


def test_another_question_in_the_middle_is_answered_as_one(chat_of_nobody):
    chat_of_nobody.tap("bind")
    assert "119" in words_of(chat_of_nobody.text("工廠失火了，火很大！"))


@pytest.fixture
def chat_of_nobody(branch):
    return Chat(branch, "U7")


def test_a_firm_without_a_number_of_its_own_gets_no_code(branch, opener):
    number = opener.opens()
    with pytest.raises(Invalid) as refused, branch.hold(number) as locked:
        bindings.issue_code(locked)
    assert refused.value.code == "firm_without_ubn"


def test_only_whoever_may_write_the_case_gives_out_a_code(branch, number):
    with pytest.raises(Forbidden), branch.hold(number, CAROL) as locked:
        bindings.issue_code(locked)


def test_a_colleague_sees_a_case_when_its_opener_allows_and_as_long(branch, opener, number):
    colleague = bound(branch, number)
    bound(branch, number, "U1")
    assert said(colleague.tap("my_cases"), "my_cases.none")
    assert "share" in actions_of(opener.tap("case", number=number))
    assert said(opener.tap("share", number=number), "share.on", subject=TREE)
    seen = colleague.tap("my_cases")
    assert number in words_of(seen)
    assert said(seen, "case.of_colleague")
    opener.tap("share", number=number, off="yes")
    assert said(colleague.tap("my_cases"), "my_cases.none")
    assert said(colleague.tap("case", number=number), "expired")


def test_a_colleague_adds_to_a_shared_case_and_cannot_close_its_door(branch, opener, number):
    bound(branch, number, "U1")
    colleague = bound(branch, number)
    opener.tap("share", number=number)
    colleague.tap("add_to_case", number=number)
    colleague.text("現場照片稍後補上")
    assert branch.messages(number)[-1].text == "現場照片稍後補上"
    for act in ("share", "rate", "reopen"):
        assert said(colleague.tap(act, number=number, score=5, off="yes"), "expired")


def test_nobody_who_is_not_bound_sees_a_firms_name_or_case(branch, opener, number):
    """The same 統一編號 typed by a stranger shows nothing of the firm that has it."""
    bound(branch, number, "U1")
    opener.tap("share", number=number)
    stranger = Chat(branch, "U5")
    heard = [
        *stranger.text("想請教用地的事"),
        *stranger.tap("open_case"),
        *stranger.text(UBN),
        *stranger.text("王先生"),
    ]
    heard += [*stranger.text("07-1234567"), *stranger.tap("park", id="nanzih"), *stranger.tap("confirm_case")]
    heard += [*stranger.tap("my_cases"), *stranger.tap("case", number=number), *stranger.tap("colleagues")]
    heard += [*stranger.tap("share", number=number), *stranger.tap("unbind", id=1)]
    assert "晴川精密" not in words_of(heard)
    assert number not in words_of(heard)


def test_a_confidential_case_is_not_shared(branch, opener, number):
    bound(branch, number, "U1")
    colleague = bound(branch, number)
    opener.tap("share", number=number)
    with branch.hold(number) as locked:
        locked.row.confidential = True
    assert said(colleague.tap("my_cases"), "my_cases.none")


def test_a_leaver_is_cut_off_at_once_from_own_and_shared_cases_and_from_notices(branch, opener, number):
    leaver = bound(branch, number, "U1")
    mine = opens(leaver, "廠區門口的路燈不亮，請派人來修")
    with branch.hold(mine) as locked:
        case_commands.reply(locked, "已派工", notify=push)
    (one,) = people(branch, number)
    with branch.hold(mine) as locked:
        bindings.end_by_staff(locked, one.id)
    assert branch.outbox()[-1].state == "cancelled"
    assert said(leaver.tap("my_cases"), "my_cases.none")
    assert said(leaver.tap("case", number=mine), "expired")
    before = len(branch.outbox())
    with pytest.raises(Invalid), branch.hold(mine) as locked:
        case_commands.reply(locked, "補充說明", notify=push)
    with branch.hold(mine) as locked:
        case_commands.reply(locked, "補充說明", via="phone", notify=push)
    assert len(branch.outbox()) == before
    version = branch.row(mine).version
    leaver.text("門口的路燈還是不亮")
    assert branch.row(mine).version == version


def test_a_colleague_ends_a_binding_and_nobody_of_another_firm_does(branch, opener, number):
    colleague, leaver = bound(branch, number), bound(branch, number, "U3")
    one = next(one for one in people(branch, number) if one.id != 1)
    stranger = Chat(branch, "U6")
    stranger.text("您好")
    assert said(stranger.tap("unbind", id=one.id), "expired")
    assert len(people(branch, number)) == 2
    assert "unbind" in actions_of(colleague.tap("colleagues"))
    assert said(colleague.tap("unbind", id=one.id), "bind.ended")
    assert len(people(branch, number)) == 1
    assert said(leaver.tap("my_cases"), "my_cases.none")
    with pytest.raises(NotFound), branch.hold(number) as locked:
        bindings.end_by_staff(locked, 999999)


def test_who_is_bound_anew_sees_again(branch, opener, number):
    leaver = bound(branch, number, "U1")
    (one,) = people(branch, number)
    leaver.tap("unbind", id=one.id)
    assert said(leaver.tap("my_cases"), "my_cases.none")
    bound(branch, number, "U1")
    assert number in words_of(leaver.tap("my_cases"))
