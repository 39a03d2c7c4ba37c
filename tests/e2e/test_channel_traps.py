"""What LINE does with its events: twice, late, in pieces, in groups, taken back. Each has its effect once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.harness.product import Product
from tests.harness.simulator import Json, Phone, words
from tests.harness.waiting import eventually

MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"


@pytest.fixture
def firm(product: Product) -> Phone:
    return product.line.person()


def cases_of(product: Product, firm: Phone) -> list[str]:
    """The numbers of a firm's cases, oldest first."""
    query = "SELECT number FROM service_case JOIN contact_address USING (contact_id) WHERE address = :id"
    return sorted(row[0] for row in product.rows(query, id=firm.id))


def texts_of(product: Product, firm: Phone) -> list[str]:
    """What is kept of a firm's words, in the order in which it was handled."""
    query = "SELECT text FROM message JOIN contact_address USING (contact_id) WHERE address = :id ORDER BY message.id"
    return [row[0] for row in product.rows(query, id=firm.id)]


def waits(product: Product, number: str) -> tuple[str, bool]:
    """A case's status, and whether the firm has answered what it was asked for."""
    case = product.api("sue", "GET", f"/cases/{number}")
    return case["status"], case["firm_answered"]


# The same event again ------------------------------------------------------------------------------------------------


def test_an_event_that_comes_many_times_has_its_effect_once(product: Product, firm: Phone) -> None:
    """L1: repeated in one body, in several at once, and again as a redelivery."""
    event = {
        "type": "message", "source": firm.source, "webhookEventId": "01JD0000000000000000000L1A",
        "message": {"type": "text", "id": "561000000000000101", "text": "你好"},
    }  # fmt: skip
    product.line.raw(event, duplicate=3)
    with ThreadPoolExecutor(4) as many:
        list(many.map(lambda _: product.line.raw(event), range(4)))
    product.line.raw({**event, "deliveryContext": {"isRedelivery": True}})
    product.settled()
    assert (len(firm.received()), len(firm.notices())) == (1, 1)
    assert texts_of(product, firm) == ["你好"]


def test_a_case_is_opened_once_however_often_every_event_comes(product: Product, firm: Phone) -> None:
    """L1: three deliveries of each event of the whole dialogue."""
    product.line.post("/webhook/settings", duplicate=2)
    try:
        number = firm.open_case(MATTER)
    finally:
        product.line.post("/webhook/settings", duplicate=0)
    product.settled()
    assert cases_of(product, firm) == [number]
    assert sum("已受理您的案件" in words(bubble["message"]) for bubble in firm.received()) == 1


def test_a_failure_while_handling_leaves_the_event_to_be_handled_once(product: Product, firm: Phone) -> None:
    """L2, O1: nothing half-done is left behind, and the next attempt does all of it once."""
    product.run("ALTER TABLE enquiry RENAME TO enquiry_away")
    try:
        firm.do("text", text=MATTER)
        failed = "SELECT attempts FROM inbox WHERE user_key = :id AND state = 'new' AND attempts > 0"
        eventually(lambda: product.rows(failed, id=firm.id), what="a failed attempt")
        assert texts_of(product, firm) == []
        assert product.rows("SELECT id FROM outbox WHERE state IN ('pending', 'leased')") == []
    finally:
        product.run("ALTER TABLE enquiry_away RENAME TO enquiry")
    firm.answer_after(0)
    product.settled()
    assert texts_of(product, firm) == [MATTER]
    assert len(firm.received()) == 1


def test_an_event_that_never_succeeds_is_set_aside_and_holds_up_no_other(product: Product, firm: Phone) -> None:
    """L4: the others of the batch are handled, of the same user too; LINE gets its 200."""

    def text(place: int) -> Json:
        message = {"type": "text", "id": f"56100000000000020{place}", "text": f"你好 {place}"}
        return {"type": "message", "source": firm.source, "message": message}

    sent = product.line.raw(text(1), {"type": 7, "source": firm.source}, text(3))
    assert [delivery["status"] for delivery in sent["deliveries"]] == [200]
    product.settled()
    assert texts_of(product, firm) == ["你好 1", "你好 3"]
    assert product.rows("SELECT error FROM inbox WHERE state = 'quarantined'") == [("not_an_event",)]
    product.run("DELETE FROM inbox WHERE state = 'quarantined'")


# Order ----------------------------------------------------------------------------------------------------------------


def test_events_are_handled_in_the_order_in_which_they_happened(product: Product, firm: Phone) -> None:
    """L3: five messages arrive shuffled in one body."""
    product.line.post("/webhook/settings", hold=True)
    for place in range(5):
        firm.do("text", text=f"第 {place} 句")
        time.sleep(0.005)  # LINE's time is in milliseconds: what happens within one has no order.
    product.line.post("/webhook/release", batch=True, shuffle=True, wait=True)
    product.settled()
    assert texts_of(product, firm) == [f"第 {place} 句" for place in range(5)]


def test_an_old_tap_that_comes_late_undoes_nothing(product: Product, firm: Phone) -> None:
    """L3: a "cancel" from before the dialogue began is told as expired; the dialogue goes on."""
    firm.say(MATTER)
    firm.tap("open_case")
    firm.say("晴川精密有限公司")
    seen = len(firm.received())
    late = int(firm.bubbles()[0]["at"]) - 1000
    product.line.raw(
        {"type": "postback", "source": firm.source, "timestamp": late, "postback": {"data": "action=cancel"},
         "deliveryContext": {"isRedelivery": True}}
    )  # fmt: skip
    assert "過期" in words(*firm.answer_after(seen))
    assert "電話" in words(*firm.say("陳小姐"))


def test_what_was_taken_back_before_it_came_is_never_kept(product: Product, firm: Phone) -> None:
    """L3, L27: the unsend overtakes its message."""
    message_id = "561000000000000301"
    product.line.raw({"type": "unsend", "source": firm.source, "unsend": {"messageId": message_id}})
    product.line.raw(
        {"type": "message", "source": firm.source, "message": {"type": "text", "id": message_id, "text": "別看這個"}}
    )
    product.settled()
    assert texts_of(product, firm) == [""]
    assert firm.received() == []


def test_what_was_taken_back_is_gone_from_case_search_and_files(product: Product, firm: Phone) -> None:
    """L27: gone from case, search and files; the fact stays."""
    secret = "身分證影本號碼寫在這裡的一句話"
    photo = firm.do("image")
    firm.answer_after(0)
    said = firm.do("text", text=f"{secret}，廠房旁邊的排水溝")
    firm.answer_after(1)
    number = firm.open_case(MATTER)
    assert [case["number"] for case in product.api("sue", "GET", "/cases", q=secret)["items"]] == [number]
    for sent in (said, photo):
        firm.do("unsend", messageId=sent["messageId"])
    product.settled()
    assert product.api("sue", "GET", "/cases", q=secret)["items"] == []
    messages = product.api("sue", "GET", f"/cases/{number}")["messages"]
    assert [message["text"] for message in messages] == ["", "", MATTER]
    # A whole photo of a case is sealed (contract §9): no row holds its bytes, and nobody is given it by its case.
    state = "SELECT state, content, id FROM media WHERE external_id = :id"
    ((kept, content, media_id),) = product.rows(state, id=photo["messageId"])
    assert (kept, content) == ("sealed", None)
    assert product.api("sue", "GET", f"/cases/{number}/files")["items"] == []
    product.api("sue", "GET", f"/cases/{number}/files/{media_id}", expect=404)
    assert secret not in str(product.api("sue", "GET", f"/cases/{number}"))


# People who write in their own way --------------------------------------------------------------------------------


def test_a_burst_from_somebody_new_is_one_contact_and_one_case(product: Product) -> None:
    """L16: five messages before the first is handled."""
    firm = product.line.person()
    with ThreadPoolExecutor(5) as five:
        list(five.map(lambda place: firm.do("text", text=f"{MATTER}，第 {place} 段"), range(5)))
    product.settled()
    number = firm.open_case(MATTER)
    assert cases_of(product, firm) == [number]
    assert len(product.api("sue", "GET", f"/cases/{number}")["messages"]) == 6
    assert product.rows("SELECT count(*) FROM contact_address WHERE address = :id", id=firm.id) == [(1,)]


def test_a_second_matter_after_the_first_is_closed_is_a_case_of_its_own(product: Product, firm: Phone) -> None:
    """L18: with its own number and clock; what is said to it does not go to the old one."""
    first = firm.open_case(MATTER)
    product.api("sue", "POST", f"/cases/{first}/messages", {"text": "好", "via": "phone"}, expect=201)
    product.api("sue", "POST", f"/cases/{first}/close", {"outcome": "answered", "summary": "完成"})
    product.settled()
    second = firm.open_case("想請問能不能在廠區外牆上彩繪並邀請鄰近學校參加", known="yes")
    assert cases_of(product, firm) == sorted([first, second])
    new, old = (product.api("sue", "GET", f"/cases/{number}") for number in (second, first))
    assert (old["status"], new["status"]) == ("closed", "assigned")
    assert new["received_at"] >= old["closed_at"]
    assert [message["text"] for message in new["messages"]] == ["想請問能不能在廠區外牆上彩繪並邀請鄰近學校參加"]


@pytest.mark.parametrize(
    "what", [("sticker", {}), ("text", {"text": "謝謝"}), ("text", {"text": "OK"}), ("text", {"text": "👍"})]
)
def test_thanks_after_closing_change_nothing(product: Product, firm: Phone, what: tuple[str, Json]) -> None:
    """L19: no reopening, no waiting clock, no push."""
    number = firm.open_case(MATTER)
    product.api("sue", "POST", f"/cases/{number}/messages", {"text": "好", "via": "phone"}, expect=201)
    product.api("sue", "POST", f"/cases/{number}/close", {"outcome": "answered", "summary": "完成"})
    product.settled()
    before = product.api("sue", "GET", f"/cases/{number}")
    pushed = len(product.line.calls("push"))
    firm.do(what[0], **what[1])
    product.settled()
    after = product.api("sue", "GET", f"/cases/{number}")
    assert {**after, "deliveries": []} == {**before, "deliveries": []}
    assert len(product.line.calls("push")) == pushed


@pytest.mark.parametrize("what", [("sticker", {}), ("text", {"text": "謝謝"}), ("text", {"text": "好的"})])
def test_thanks_do_not_end_a_wait(product: Product, firm: Phone, what: tuple[str, Json]) -> None:
    """L19, contract §9: a file is a piece, the firm ends the wait when all is there; thanks are neither."""
    number = firm.open_case(MATTER)
    product.api("sue", "POST", f"/cases/{number}/wait", {"on": "firm", "message": "請補照片"})
    product.settled()
    firm.do(what[0], **what[1])
    product.settled()
    assert waits(product, number) == ("waiting_firm", False)
    seen = len(firm.received())
    firm.do("image")
    firm.answer_after(seen)
    assert waits(product, number) == ("waiting_firm", True)
    firm.tap("supplied", number=number)
    assert waits(product, number)[0] == "in_progress"


# Where we do not speak --------------------------------------------------------------------------------------------


def test_a_group_that_does_not_name_us_gets_no_answer(product: Product) -> None:
    """L26: with and without a user id."""
    firm = product.line.person()
    group = product.line.post("/groups", members=[firm.id], wait=True)["groupId"]
    product.settled()
    product.line.forget()
    product.line.post(f"/groups/{group}/text", userId=firm.id, text=MATTER, wait=True)
    product.line.raw(
        {"type": "message", "source": {"type": "group", "groupId": group},
         "message": {"type": "text", "id": "561000000000000401", "text": MATTER}},
        {"type": "message", "source": {"type": "room", "roomId": "R" + "1" * 32, "userId": firm.id},
         "message": {"type": "text", "id": "561000000000000402", "text": MATTER}},
    )  # fmt: skip
    product.settled()
    assert product.line.calls() == []
    assert product.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


def test_while_another_module_speaks_we_are_silent(product: Product, firm: Phone) -> None:
    """L26: mode standby is kept and not answered."""
    firm.do("text", text=MATTER, mode="standby")
    product.settled()
    assert texts_of(product, firm) == [MATTER]
    assert product.line.calls() == []


@pytest.mark.parametrize("event", [
    {"type": "message", "message": {"type": "hologram", "id": "561000000000000501", "depth": 3}},
    {"type": "message", "message": {"type": "text", "id": "561000000000000502", "text": "你好"}, "novelty": {"a": [1]}},
    {"type": "message", "message": {"type": "text", "id": "561000000000000503", "text": {"parts": []}}},
])  # fmt: skip
def test_what_line_may_add_one_day_is_kept_and_answered(product: Product, firm: Phone, event: Json) -> None:
    """L5: an unknown kind of message, an unknown field, a known field of another shape."""
    event["message"]["id"] += firm.id[:4]
    product.line.raw({**event, "source": firm.source})
    said = words(*firm.answer_after(0))
    assert "您好" in said or "承辦人員會查看" in said
    raw = product.rows("SELECT raw FROM inbox WHERE user_key = :id", id=firm.id)
    assert event["message"]["id"] in raw[0][0]


@pytest.mark.parametrize("event", [
    {"type": "somethingNew", "thing": {}}, {"type": "videoPlayComplete", "videoPlayComplete": {"trackingId": "x"}},
    {"type": "message"}, {"type": "message", "message": None}, {"type": "postback"}, {"type": "unsend"},
    {"type": "message", "message": {"type": "text", "text": "沒有編號"}},
    {"type": "accountLink", "link": {"result": "failed"}}, {"type": "messageEdited", "message": {"id": "1"}},
])  # fmt: skip
def test_no_event_is_left_over(product: Product, firm: Phone, event: Json) -> None:
    """L5: whatever its shape, it is handled or ignored; nothing waits or fails for ever."""
    product.line.raw({**event, "source": firm.source})
    product.settled()
    assert product.rows("SELECT state, attempts FROM inbox WHERE user_key = :id", id=firm.id) == [("done", 0)]


def test_the_first_greeting_is_in_the_language_of_the_profile(product: Product) -> None:
    """L17: LINE tells the language; a profile that cannot be had leaves the greeting in Chinese."""
    reader = product.line.person(follow=False, language="ja")
    reader.do("follow")
    assert "ワンストップ窓口" in words(*reader.answer_after(0))
    other = product.line.person(follow=False, language="ja")
    with product.line.failing("profile", "error_before"):
        other.do("follow")
        assert "單一窗口" in words(*other.answer_after(0))
