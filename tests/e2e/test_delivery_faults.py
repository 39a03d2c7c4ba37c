"""Handing messages to LINE while it fails in every way: answered once, pushed once, never lost in silence."""

from __future__ import annotations

import pytest

from tests.harness.product import Product
from tests.harness.simulator import Json, Phone, words
from tests.harness.waiting import eventually

MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"


@pytest.fixture
def firm(product: Product) -> Phone:
    return product.line.person()


@pytest.fixture
def number(firm: Phone) -> str:
    return firm.open_case(MATTER)


def answer(product: Product, number: str, text: str) -> None:
    """The officer answers; it leaves as a push."""
    product.api("sue", "POST", f"/cases/{number}/messages", {"text": text}, expect=201)


def delivery(product: Product, number: str, *states: str) -> Json:
    """The newest message of a case, once it is in one of these states, as staff see it."""

    def look() -> Json | None:
        newest: Json = product.api("sue", "GET", "/deliveries", case=number)["items"][0]
        return newest if newest["state"] in states else None

    return eventually(look, seconds=25, what=f"a message that is {states}")


def pushes(product: Product, text: str) -> list[Json]:
    """The pushes that carried these words, each attempt."""
    return [call for call in product.line.calls("push") if text in words(*call["body"]["messages"])]


def copies(firm: Phone, text: str) -> int:
    """How often these words stand in the chat."""
    return sum(text in words(bubble["message"]) for bubble in firm.received())


# Replies ------------------------------------------------------------------------------------------------------------


def test_a_token_that_line_does_not_take_becomes_a_push(product: Product, firm: Phone) -> None:
    """L9: 400 "Invalid reply token" loses nothing."""
    event = {"type": "message", "source": firm.source, "replyToken": "0" * 32}
    message = {"type": "text", "id": "561000000000000001", "text": "我的案件在哪裡看"}
    # The token belongs to somebody else's chat that was answered already.
    other = product.line.person()
    used = other.do("text", text="你好")["replyToken"]
    other.answer_after(0)
    product.line.raw({**event, "replyToken": used, "message": message})
    assert firm.answer_after(0)
    assert firm.received()[-1]["via"] == "push"
    refused = [call for call in product.line.calls("reply") if call["status"] == 400]
    assert [call["body"]["replyToken"] for call in refused] == [used]


@pytest.mark.parametrize("kind", ["reset_after", "error_after", "timeout_after"])
def test_a_reply_that_arrived_unknown_to_us_is_known_after_another_try(
    product: Product, firm: Phone, kind: str
) -> None:
    """L11, contract §4: the same token once more; LINE's refusal says that the first try arrived."""
    with product.line.failing("reply", kind, count=1):
        firm.do("text", text="你好")
        product.settled()
    tokens = [call["body"]["replyToken"] for call in product.line.calls("reply")]
    assert (len(tokens), len(set(tokens))) == (2, 1)
    assert product.line.calls("push") == []
    assert copies(firm, "") == 1
    shown = product.api("sue", "GET", "/deliveries", state="accepted")["items"][0]
    assert (shown["kind"], shown["attempts"], shown["presumed"], shown["error"]) == ("reply", 2, True, None)


@pytest.mark.parametrize("kind", ["reset", "error_before", "garbage", "timeout_before", "rate_limit", "unauthorized"])
def test_a_reply_that_did_not_arrive_is_tried_again_with_its_token(product: Product, firm: Phone, kind: str) -> None:
    """L11, L13, contract §4: answered by reply, never by a push that costs."""
    with product.line.failing("reply", kind, count=3 if kind != "timeout_before" else 1):
        firm.do("text", text="你好")
        product.settled()
    assert product.line.calls("push") == []
    assert [bubble["via"] for bubble in firm.received()] == ["reply"]
    shown = product.api("sue", "GET", "/deliveries", state="accepted")["items"][0]
    assert (shown["kind"], shown["presumed"], shown["error"]) == ("reply", False, None)


def test_a_reply_nobody_can_know_of_is_shown_when_its_tokens_time_is_over(product: Product, firm: Phone) -> None:
    """L11, contract §4: 結果不明; never pushed, but for a person's decision."""
    with product.line.failing("reply", "error_after"):
        firm.do("text", text="你好")
        eventually(lambda: product.line.calls("reply"), what="a try")
        product.run("UPDATE outbox SET token_until = created_at WHERE state IN ('pending', 'leased')")
        row = eventually(
            lambda: product.rows("SELECT id FROM outbox WHERE state = 'unknown' ORDER BY id DESC"), seconds=20
        )
    product.settled()
    assert copies(firm, "") == 1
    assert product.line.calls("push") == []
    shown = product.api("sue", "GET", "/deliveries", state="unknown")["items"][0]
    assert (shown["id"], shown["kind"]) == (row[0][0], "reply")
    again = product.api("sue", "POST", f"/deliveries/{shown['id']}/resend")
    assert again["state"] in {"pending", "leased", "accepted"}
    product.settled()
    assert len(product.line.calls("push")) == 1


def test_a_body_that_cannot_be_read_after_acceptance_does_not_matter(product: Product, firm: Phone) -> None:
    with product.line.failing("reply", "garbage_after", count=1):
        firm.say("你好")
    product.settled()
    assert len(product.line.calls()) == 1


# Pushes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["error_before", "error_after", "reset", "reset_after", "garbage", "rate_limit"])
def test_a_push_is_tried_again_with_its_key_and_accepted_once(
    product: Product, firm: Phone, number: str, kind: str
) -> None:
    """L12, L13: the same key each time; 409 means that it was accepted; too many requests are waited for."""
    text = f"已派員處理，{kind}"
    with product.line.failing("push", kind, count=1):
        answer(product, number, text)
        assert delivery(product, number, "accepted")["attempts"] == 2
    attempts = pushes(product, text)
    assert len(attempts) == 2
    assert len({call["headers"]["x-line-retry-key"] for call in attempts}) == 1
    assert attempts[1]["status"] == (409 if kind.endswith("_after") else 200)
    assert attempts[1]["at"] - attempts[0]["at"] >= 1000
    assert copies(firm, text) == 1


def test_a_push_whose_answer_never_came_is_accepted_once(product: Product) -> None:
    """L12: timeouts before and after acceptance, at the same time for two firms."""
    firms = [product.line.person() for _ in range(2)]
    numbers = [firm.open_case(MATTER) for firm in firms]
    product.line.post("/faults", endpoint="push", kind="timeout_before", count=1)
    product.line.post("/faults", endpoint="push", kind="timeout_after", count=1)
    for firm, number in zip(firms, numbers, strict=True):
        answer(product, number, f"已派員處理，{firm.id}")
    for firm, number in zip(firms, numbers, strict=True):
        assert delivery(product, number, "accepted")["attempts"] == 2
        assert copies(firm, firm.id) == 1
    assert sorted(call["status"] or 0 for call in product.line.calls("push")) == [0, 0, 200, 409]


def test_a_spent_quota_stops_the_push_and_staff_see_it(product: Product, firm: Phone, number: str) -> None:
    """L13, O5, O7: no retry storm; a person decides, and can send again when there is quota."""
    with product.line.failing("push", "quota"):
        answer(product, number, "本月第一則")
        row = delivery(product, number, "dead")
        assert (row["error"], row["attempts"]) == ("quota", 1)
        assert len(pushes(product, "本月第一則")) == 1
    assert any(one["id"] == row["id"] for one in product.api("sue", "GET", f"/cases/{number}")["deliveries"])
    product.api("sue", "POST", f"/deliveries/{row['id']}/resend")
    delivery(product, number, "accepted")
    assert copies(firm, "本月第一則") == 1
    keys = {call["headers"]["x-line-retry-key"] for call in pushes(product, "本月第一則")}
    assert len(keys) == 2, "what a person sends anew has a key of its own"
    product.api("sue", "POST", f"/deliveries/{row['id']}/resend", expect=409)


def test_a_refused_push_is_not_tried_again_and_holds_up_no_other_firm(
    product: Product, firm: Phone, number: str
) -> None:
    """R7, O4: permanent errors end at once; other firms do not notice."""
    other = product.line.person()
    second = other.open_case(MATTER)
    nobody = "U" + "0" * 32
    rename = "UPDATE contact_address SET address = :new WHERE address = :old"
    product.run(rename, old=firm.id, new=nobody)
    answer(product, number, "收不到的回復")
    answer(product, second, "收得到的回復")
    assert delivery(product, second, "accepted")["attempts"] == 1
    row = delivery(product, number, "dead")
    assert (row["error"], row["attempts"]) == ("refused", 1)
    product.run(rename, old=nobody, new=firm.id)


def test_pushes_of_a_case_arrive_in_their_order_whatever_fails(product: Product, firm: Phone, number: str) -> None:
    with product.line.failing("push", "error_before", count=1):
        for place in range(3):
            answer(product, number, f"第 {place} 則")
        product.settled()
    told = [place for bubble in firm.received() for place in range(3) if f"第 {place} 則" in words(bubble["message"])]
    assert told == [0, 1, 2]


# People who cannot be reached ---------------------------------------------------------------------------------------


def test_a_firm_that_blocked_the_account_is_shown_as_unreachable(product: Product, firm: Phone, number: str) -> None:
    """L14: accepted is not delivered; after an unfollow staff are told to take another way, until it comes back."""
    firm.do("block")
    product.settled()
    path = f"/cases/{number}/messages"
    refused = product.api("sue", "POST", path, {"text": "回復"}, expect=422)
    assert (refused["code"], refused["field"]) == ("unreachable", "via")
    product.api("sue", "POST", path, {"text": "已電話告知。", "via": "phone"}, expect=201)
    product.settled()
    states = {row["state"] for row in product.api("sue", "GET", "/deliveries", case=number)["items"]}
    assert "delivered" not in states
    firm.do("unblock")
    product.settled()
    product.api("sue", "POST", path, {"text": "回復"}, expect=201)
    product.settled()
    assert copies(firm, "回復") >= 1


@pytest.mark.parametrize("kind", ["error_before", "unauthorized", "garbage", "reset"])
def test_a_profile_that_line_does_not_give_is_in_nobodys_way(product: Product, kind: str) -> None:
    """L17: the case opens without a name."""
    with product.line.failing("profile", kind):
        firm = product.line.person()
        number = firm.open_case(MATTER)
    assert product.api("sue", "GET", f"/cases/{number}")["status"] == "assigned"


# What is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["😀" * 2000, "字" * 4000, "a\n" * 1999, "👨‍👩‍👧‍👦" * 300, "\u202e反\u2066向"], ids=len
)
def test_long_words_of_an_officer_arrive_whole(product: Product, firm: Phone, number: str, text: str) -> None:
    """L15: counted in UTF-16, cut at a safe border, five messages at most; the fixture checks every limit."""
    seen = len(firm.received())
    answer(product, number, text)
    arrived = words(*firm.answer_after(seen))
    assert delivery(product, number, "accepted")["attempts"] == 1
    joined = "".join(arrived.split())
    assert "".join(text.split())[:50] in joined
    assert len(firm.received()) - seen <= 5


@pytest.mark.parametrize("text", ["😀" * 2500, "停電" * 2500, "，。！", "\u0000a", "﷽" * 500, "a" * 5000], ids=len)
def test_whatever_a_firm_writes_is_answered(product: Product, firm: Phone, text: str) -> None:
    """L15, and 5,000 characters: a valid answer each time."""
    assert firm.say(text)
