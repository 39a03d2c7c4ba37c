"""L15: more than one call holds is joined or follows later; never dropped."""

import pytest

from routing.domain.messages import Button, Card, Carousel, Row, Text, in_words, packed

QUICK = (Button(label="是", data="action=yes"),)


def card(number):
    return Card(title=f"卡片{number}")


def test_what_fits_stays_as_it_is():
    told = [Text("一"), Text("二"), card(1)]
    assert packed(told, most=5) == (told, [])


def test_texts_that_follow_each_other_become_one_as_far_as_needed():
    told = [Text("一"), Text("二"), Text("三"), card(1), card(2), Text("四", quick=QUICK)]
    kept, rest = packed(told, most=5)
    assert [one.body for one in kept if isinstance(one, Text)] == ["一\n\n二", "三", "四"]
    assert (len(kept), rest, kept[-1].quick) == (5, [], QUICK)


def test_the_choices_of_joined_texts_are_kept():
    kept, _ = packed([Text("一", quick=QUICK), Text("二")], most=1)
    assert kept == [Text("一\n\n二", quick=QUICK)]


def test_what_cannot_be_joined_follows_later_and_the_question_stays_last():
    told = [*(card(number) for number in range(7)), Text("請選擇", quick=QUICK)]
    kept, rest = packed(told, most=5)
    assert kept == [*told[:4], told[-1]]
    assert rest == told[4:7]


@pytest.mark.parametrize("other", [Text("二", speaker="王小明"), Text("長" * 2000)])
def test_words_of_another_speaker_and_texts_too_long_are_not_joined(other):
    kept, rest = packed([Text("一"), other, card(1)], most=2)
    assert (kept, rest) == ([Text("一"), card(1)], [other])


def test_a_message_is_read_line_by_line_and_few_of_many_choices_are_named():
    asked = Card(
        title="請問在哪一個園區？",
        rows=(Row("類別", "水電"),),
        quick=tuple(Button(label=str(n), data="x") for n in range(26)),
    )
    assert in_words(asked) == ["請問在哪一個園區？", "類別：水電", "〔選項：0／1／2／3／4／5…等 26 項〕"]
    assert in_words(Carousel(cards=(card(1), card(2)))) == ["卡片1", "卡片2"]
    assert in_words(Text("好", quick=QUICK)) == ["好", "〔選項：是〕"]
