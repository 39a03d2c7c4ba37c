"""What a firm on LINE reads where an entry is not the answer: what it says and lacks, where it holds, why a person."""

import pytest

from routing.domain.messages import Button, Card
from tests.harness.chat import actions_of, said, words_of
from tests.harness.databases import BOTH

SOURCE = "園區裡的建照是向哪個單位申請"


def buttons(messages, action):
    cards = [message for message in messages if isinstance(message, Card)]
    return [b for card in cards for b in card.buttons if isinstance(b, Button) and f"action={action}" in (b.data or "")]


@pytest.mark.parametrize("branch", BOTH, indirect=True)
def test_which_kind_of_park_is_asked_once_and_remembered(chat):
    asked = chat.text(SOURCE)
    assert said(asked, "choose.kind")
    technology, industrial = buttons(asked, "kind")
    answered = chat.press(technology)
    assert "helpful" in actions_of(answered)
    assert chat.contact.park_kind == "technology"
    assert not said(chat.text("工廠登記證要去哪裡申請"), "choose.kind")
    assert industrial.label == "產業園區（原工業區）"


def test_the_kind_may_be_typed_as_it_stands_on_the_button(chat):
    chat.text(SOURCE)
    assert "helpful" in actions_of(chat.text("科技產業園區"))
    assert chat.contact.park_kind == "technology"


def test_a_rule_of_the_other_kind_is_never_given(chat):
    chat.press(buttons(chat.text(SOURCE), "kind")[1])
    assert chat.contact.park_kind == "industrial"
    refused = chat.text("標準廠房租約公證費誰出")
    assert "helpful" not in actions_of(refused)
    assert said(chat.tap("faq", id="land-standard-terms"), "hand_over.other_kind")


def test_an_unknown_kind_changes_nothing(chat):
    chat.tap("kind", kind="lunar", faq="construction-where-apply")
    assert chat.contact.park_kind is None


def test_the_park_in_the_text_beats_the_profile(chat):
    chat.press(buttons(chat.text(SOURCE), "kind")[0])
    there = chat.text("大發那邊的廠，貨車可以過夜嗎")
    assert "helpful" not in actions_of(there)
    assert said(there, "hand_over.other_kind")


@pytest.mark.parametrize(
    ("text", "office"), [("竹科的廠空污許可怎麼辦", "新竹科學園區管理局"), ("本洲的地租怎麼算", "高雄市政府經濟發展局")]
)
def test_a_park_of_another_authority_gets_that_offices_card(chat, text, office):
    answered = chat.text(text)
    assert office in words_of(answered)
    assert said(answered, "hand_over.elsewhere")
    assert "helpful" not in actions_of(answered)


def test_a_place_outside_any_park_goes_to_the_local_government(chat):
    assert said(chat.text("在自己的農地上蓋廠房，建照要多久"), "hand_over.outside")


def test_an_entry_that_says_something_else_is_offered_with_what_it_says(chat):
    offered = chat.text("保稅人員沒登記會被罰多少")
    assert "helpful" not in actions_of(offered)
    assert "罰則" in words_of(offered)
    assert "open_case" in actions_of(offered)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("土地用租的還是買廠房比較划算", "hand_over.person_judgement"),
        ("罰鍰處分我們不服，要提行政訴訟嗎", "hand_over.person_remedy"),
        ("焊接的煙會不會過敏，要看哪一科", "hand_over.person_medical"),
        ("隔壁公司的租金是多少", "hand_over.person_others"),
        ("隔壁公司一直擋到我們卸貨口 想檢舉", "hand_over.person_complaint"),
    ],
)
def test_what_only_a_person_may_answer_says_so(chat, text, key):
    answered = chat.text(text)
    assert said(answered, key)
    assert "open_case" in actions_of(answered)
    assert "helpful" not in actions_of(answered)


def test_the_sentences_come_in_the_language_of_the_firm(chat):
    asked = chat.text("Our electrical technician left, within how many days must the change be registered?")
    assert "Which kind of park" in words_of(asked)
