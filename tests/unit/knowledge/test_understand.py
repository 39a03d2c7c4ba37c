"""What is read out of a message, and that it is the same each time."""

import sys

import pytest

from knowledge.alerts.detection import Alert
from knowledge.language.text import fold, normalise
from knowledge.understand import Previous
from knowledge.vocabulary import Category, ParkKind


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("請問契約容量要怎麼調", "utilities-capacity"),
        ("营业税多久报一次", "tax-vat"),
        ("想續租這塊地", "land-renew"),
    ],
)
def test_the_right_entry_comes_first(understander, text, entry):
    assert understander.understand(text).faq[0].entry_id == entry


def test_an_opposite_is_marked_and_never_first_when_another_fits(understander):
    read = understander.understand("退租申請")
    assert read.faq[0].entry_id == "land-return"
    assert all(m.opposite for m in read.faq if m.entry_id == "land-renew")


@pytest.mark.parametrize("text", ["", "   ", "🙂🎉", "。。。！？", "\u200b"])
def test_unreadable_messages_are_safe(understander, text):
    read = understander.understand(text)
    assert not read.readable
    assert read.faq == ()


def test_five_thousand_characters_are_read_the_same_every_time(understander):
    text = ("本公司設於楠梓園區，從事電子零件製造業務。" * 230 + "請問營業稅多久申報一次？")[:5000]
    first = understander.understand(text)
    assert first == understander.understand(text)


def test_a_letter_is_read_by_what_it_asks(understander):
    letter = (
        "敬啟者，本公司為園區廠商，主要產品為精密模具，員工約八十人，近年業務成長，感謝貴分局長期協助與指導。"
        "請問契約容量調整應向何單位提出？敬請惠復，順頌商祺。"
    )
    assert understander.understand(letter).faq[0].entry_id == "utilities-capacity"


@pytest.mark.parametrize("text", ["電", "租金", "稅"])
def test_one_or_two_characters_are_short(understander, text):
    """Traps 1.2: one- and two-character inputs go to the menu."""
    assert understander.understand(text).short


def test_two_topics_in_one_message_are_seen(understander):
    read = understander.understand("土地租金怎麼算？還有營業稅怎麼申報？")
    assert {read.category, *read.other_topics} == {Category.LAND, Category.TAX}


def test_a_short_follow_up_leans_on_the_last_turn(understander):
    previous = Previous(text="營業稅申報期限", category=Category.TAX, entry_id="tax-vat")
    read = understander.understand("那要多久", previous)
    assert read.follow_up
    assert read.category is Category.TAX
    assert not understander.understand("那要多久").follow_up


def test_a_clear_question_does_not_lean_on_the_last_turn(understander):
    previous = Previous(text="營業稅申報期限", category=Category.TAX)
    assert not understander.understand("契約容量太低想調高", previous).follow_up


@pytest.mark.parametrize(("before", "short"), [
    ("廢水超標被罰怎麼辦", "要繳多少"), ("廢水超標被罰怎麼辦", "可以分期嗎"), ("我要租地", "有沒有便宜一點的"),
    ("我們想在大發工業區蓋廠房，需要什麼許可", "請問要多久"), ("想申請增加用電", "要準備哪些文件"),
    ("想申請增加用電", "如何辦理"),
])  # fmt: skip
def test_a_question_that_names_no_matter_is_read_with_the_one_before(understander, before, short):
    first = understander.understand(before)
    read = understander.understand(short, Previous(text=before, category=first.category, entry_id=None))
    assert read.follow_up
    assert read.category == first.category


def test_small_talk_has_its_intent(understander):
    read = understander.understand("哈囉")
    assert (read.category, read.smalltalk) == (Category.SMALLTALK, "greeting")


def test_an_alert_decides_the_category(understander):
    read = understander.understand("整個廠停電了，土地租金還要繳嗎")
    assert (read.alert, read.category) == (Alert.OUTAGE_POWER, Category.UTILITIES)


def test_the_kind_of_park_is_read_from_its_name(understander):
    assert understander.understand("楠梓園區的土地").place.kind is ParkKind.TECHNOLOGY
    assert understander.understand("工業區的土地").place.kind is ParkKind.INDUSTRIAL
    assert understander.understand("土地").place is None


@pytest.mark.parametrize(
    "text",
    [
        "楠梓",
        "我不服這張罰單，可以訴願嗎？",
        "整個廠停電了，土地租金還要繳嗎",
        "土地租金怎麼算？還有營業稅怎麼申報？",
        "本公司設於楠梓園區，從事電子零件製造業務。" * 8 + "請問契約容量應向何單位提出？敬請惠復。",
    ],
)
def test_each_form_of_a_text_and_of_its_parts_is_made_once(understander, text):
    """Whoever reads a message shares its folded and its normalised form; neither is made again."""
    understander.understand(text)  # what is read of entries is read now
    made = []

    def watch(frame, event, _argument):
        if event == "call" and frame.f_code is normalise.__code__:
            made.append(("normalised", frame.f_locals["text"]))
        elif event == "call" and frame.f_code is fold.__code__ and frame.f_back.f_code.co_name == "folded":
            made.append(("folded", frame.f_locals["text"]))

    sys.setprofile(watch)
    try:
        understander.understand(text)
    finally:
        sys.setprofile(None)
    assert ("normalised", text) in made
    assert len(made) == len(set(made))
