"""What stands above each of several matters: which it is, and its words where they tell it from the others."""

from routing.domain.dialogue.matters import labels


def spoken(key: str, **values: object) -> str:
    return f"{key} {values}"


def test_each_matter_is_headed_by_its_own_words():
    told = labels(spoken, ["標準廠房租金怎麼算？", "2. 營業稅多久申報一次？"])
    assert told == [
        "matters.label {'number': 1, 'of': 2, 'words': '標準廠房租金怎麼算？'}",
        "matters.label {'number': 2, 'of': 2, 'words': '營業稅多久申報一次？'}",
    ]


def test_matters_that_begin_with_the_same_words_are_only_numbered():
    """Before: both cards repeated the same beginning, which told nobody which was which."""
    begin = "想問用電場所要設電氣技術人員的規定 多少瓩以上"
    told = labels(spoken, [f"{begin}要設", f"{begin}要設,沒設會罰嗎"])
    assert told == ["matters.place {'number': 1, 'of': 2}", "matters.place {'number': 2, 'of': 2}"]
