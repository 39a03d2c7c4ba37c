"""Cases that are merged (併案) and linked (關聯): what the firms say afterwards, and what staff see of it."""

import pytest

from routing.domain.case import Outcome
from routing.domain.errors import Invalid, NotFound, StaleVersion
from routing.service.cases import commands, joining
from routing.service.knowledge_admin import confidentiality
from tests.harness.branch import branch_on, cast_in_every_unit, importable, push, unnotified
from tests.harness.cast import SUE, email
from tests.harness.chat import Chat, actions_of, words_of
from tests.harness.databases import BOTH
from tests.harness.pages import Visitor
from tests.harness.service import Service

TREE, LAMP = "圍牆外的大樹倒下來了，想請人來看", "廠區門口的路燈不亮，請派人來修"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast_in_every_unit(branch)
        yield branch


def merge(branch, number, into, notify=push):
    with branch.hold(number, SUE) as locked:
        joining.merge(locked, into, reason="同一支路燈", notify=notify)


def texts(branch, number):
    return [message.text for message in branch.messages(number) if message.direction == "in"]


def test_what_another_firm_says_of_its_merged_case_reaches_the_case_that_goes_on(branch):
    """By its button, by its number, by a quotation, and by 還是不亮; and what it says first stays where it was."""
    first, second = Chat(branch, "U1"), Chat(branch, "U2")
    target, own = first.opens(LAMP), second.opens(LAMP)
    merge(branch, own, target)
    assert branch.case(own).closed.into == target
    notice = next(row for row in reversed(branch.outbox()) if row.reason == "closed")
    assert target not in str(notice.payload)
    assert "add_to_case" in str(notice.payload)
    assert "reopen" not in str(notice.payload)

    second.tap("add_to_case", number=own)
    assert "補充" in words_of(second.text("對面也有兩盞不亮"))
    second.tap("cancel")
    answer = second.text(f"{own} 昨晚全部熄掉了")
    assert LAMP[:8] in words_of(answer)
    assert "reopen" not in actions_of(answer)
    second.text("請問另外一件", quoted_id=None)
    assert texts(branch, own) == [LAMP]
    assert texts(branch, target) == [LAMP, "對面也有兩盞不亮", f"{own} 昨晚全部熄掉了"]
    said = [one.data for one in branch.events(target) if one.event == "message"][-2:]
    assert [data["source"] for data in said] == [own, own]
    assert branch.row(target).firm_spoke_at is not None
    assert branch.row(own).firm_spoke_at is None
    assert target not in words_of(second.tap("my_cases"))
    assert own not in words_of(first.tap("my_cases"))


def test_words_for_a_merged_case_go_to_the_own_case_that_goes_on(branch):
    chat = Chat(branch)
    target, own = chat.opens(LAMP), chat.opens(TREE)
    merge(branch, own, target)
    answer = chat.text(f"{own} 又倒了一棵")
    assert LAMP[:8] in words_of(answer)
    assert texts(branch, target)[-1] == f"{own} 又倒了一棵"
    chat.tap("reopen", number=own)
    assert branch.case(own).closed is not None
    chat.photo()
    assert [message.kind for message in branch.messages(target)][-1] == "image"


def test_a_piece_that_one_firm_owes_is_not_given_by_the_other(branch):
    first, second = Chat(branch, "U1"), Chat(branch, "U2")
    target, own = first.opens(LAMP), second.opens(LAMP)
    merge(branch, own, target)
    with branch.hold(target, SUE) as locked:
        commands.wait(locked, "firm", message="請補照片", notify=unnotified)
    second.text(f"{own} 照片如下")
    assert not branch.case(target).firm_answered
    first.text(f"{target} 照片在這裡")
    assert branch.case(target).firm_answered


def test_it_goes_on_at_the_end_of_the_way_and_comes_back_when_it_is_opened_again(branch):
    chat = Chat(branch)
    own, middle, last = chat.opens(TREE), branch.open(by=SUE), branch.open(by=SUE)
    merge(branch, own, middle)
    merge(branch, middle, last)
    chat.text(f"{own} 還沒有人來")
    assert texts(branch, last)[-1] == f"{own} 還沒有人來"
    with branch.hold(own, SUE) as locked:
        commands.reopen(locked, reason="分開辦理", notify=unnotified)
    chat.text(f"{own} 謝謝，樹還在")
    assert texts(branch, own)[-1] == f"{own} 謝謝，樹還在"


def test_anger_reaches_the_one_open_case_also_where_another_was_merged_into_it(branch):
    chat = Chat(branch)
    own, target = chat.opens(TREE), chat.opens("自來水管破了，想請人來看")
    merge(branch, own, target)
    chat.text("你們到底有沒有在做事")
    assert texts(branch, target)[-1] == "你們到底有沒有在做事"


def test_a_confidential_case_is_not_taken_to_one_that_others_read(branch):
    chat = Chat(branch)
    own, target = chat.opens(TREE), branch.open(by=SUE)
    with branch.hold(own, SUE) as locked:
        confidentiality.set_confidential(locked, confidential=True)
    with pytest.raises(Invalid, match="保密"):
        merge(branch, own, target)
    with branch.hold(own, SUE) as locked:
        confidentiality.set_confidential(locked, confidential=False)
    merge(branch, own, target)
    with branch.hold(own, SUE) as locked:
        confidentiality.set_confidential(locked, confidential=True)
    chat.text(f"{own} 只想讓承辦人知道")
    assert texts(branch, target) == [texts(branch, target)[0]]


def test_a_close_as_duplicate_that_names_its_target_is_the_same_merge(branch):
    number, target = branch.open(by=SUE), branch.open(by=SUE)
    with branch.hold(number, SUE) as locked:
        commands.close(
            locked, Outcome.DUPLICATE, summary="x", notify=unnotified, ending=commands.Ending(into=target)
        )  # fmt: skip
    assert branch.events(target)[-1].data == {"source": number}


def test_two_cases_name_each_other_until_the_link_is_taken_away(branch):
    one, two = branch.open(by=SUE), branch.open(by=SUE)
    with branch.hold(one, SUE) as locked:
        joining.link(locked, two.lower(), "related")
        joining.link(locked, two, "duplicate")
        joining.link(locked, two, "duplicate")
    assert (branch.case(one).links, branch.case(two).links) == (((two, "duplicate"),), ((one, "duplicate"),))
    assert [event.event for event in branch.events(two)].count("linked") == 2
    with branch.hold(two, SUE) as locked:
        joining.link(locked, one, None)
    assert branch.case(one).links == branch.case(two).links == ()
    importable(branch, one)


@pytest.mark.parametrize(
    ("number", "relation", "error"),
    [("self", "related", Invalid), ("KP-1150302-0099", "related", NotFound), ("other", "twin", Invalid),
     ("other", None, Invalid)],
)  # fmt: skip
def test_a_link_that_cannot_be_says_why(branch, number, relation, error):
    one, two = branch.open(by=SUE), branch.open(by=SUE)
    named = {"self": one, "other": two}.get(number, number)
    with pytest.raises(error), branch.hold(one, SUE) as locked:
        joining.link(locked, named, relation)


@pytest.mark.postgres
def test_whoever_joins_two_cases_does_not_wait_for_the_other_end(postgres_url):
    with branch_on("postgres") as branch:
        cast_in_every_unit(branch)
        one, two = branch.open(by=SUE), branch.open(by=SUE)
        with branch.hold(two, SUE), pytest.raises(StaleVersion), branch.hold(one, SUE) as locked:
            joining.link(locked, two, "related")


def test_programs_and_the_desk_merge_and_link_and_both_pages_say_so(database_url):
    with Service(database_url) as service:
        target, own, other = (service.opened(firm=firm) for firm in ("甲精密", "乙化工", "丙光電"))
        linked = service.post("alice", f"/cases/{target}/links", {"number": other, "relation": "related"})
        assert (linked.status_code, linked.json()["links"]) == (201, [{"number": other, "relation": "related"}])
        assert service.get("bob", f"/cases/{other}").json()["links"] == [{"number": target, "relation": "related"}]
        assert service.post("carol", f"/cases/{own}/merge", {"into": target, "reason": "x"}).status_code == 403
        assert service.post("alice", f"/cases/{own}/merge", {"into": own, "reason": "x"}).status_code == 422
        assert service.post("alice", f"/cases/{own}/merge", {"into": target}).status_code == 422
        merged = service.post("alice", f"/cases/{own}/merge", {"into": target, "reason": "同一件"})
        assert (merged.status_code, merged.json()["outcome"], merged.json()["merged_into"]) == (
            200,
            "duplicate",
            target,
        )
        assert service.post("alice", f"/cases/{own}/merge", {"into": target, "reason": "x"}).status_code == 409
        event = service.get("alice", f"/cases/{own}").json()["events"][-1]
        assert (event["event"], event["by"], event["reason"], event["into"]) == (
            "closed", email("alice"), "同一件", target,
        )  # fmt: skip

        alice = Visitor(service, "alice")
        page = alice.get(f"/desk/cases/{target}").text
        for words in ("併入本案", own, "乙化工", "關聯案件", other, "丙光電", "相關案件"):
            assert words in page
        assert target in alice.get(f"/desk/cases/{other}").text
        page = alice.get(f"/desk/cases/{other}")
        take_away = next(form for form in page.outline.forms if form.fields.get("number") == target)
        assert "已解除關聯" in alice.ask("POST", take_away.action, data=take_away.fields).text
        assert service.get("alice", f"/cases/{target}").json().get("links") is None
        assert "已併案辦結" in alice.step(other, "merge", into=target, reason="同一件").text
