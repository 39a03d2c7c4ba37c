"""Figures, days and laws of a sentence stand in its source, or are named."""

import pytest

from routing.domain.assist import proof

SOURCE = (
    "續租應於租約屆滿前三個月申請，規費新臺幣5,000元；依產業創新條例第39條第1項及臺灣省工廠登記辦法辦理。"
    "115年12月1日下午2時起受理，須於收到通知後三十日內補正，備妥申請書2份、面積1.5萬平方公尺以下，罰鍰百分之五。"
)


@pytest.mark.parametrize(
    "text",
    [
        "規費為 5000 元，三個月前申請。",
        "請於 30 日內補正。",
        "NT$5,000",
        "依產業創新條例第三十九條辦理",
        "12 月 1 日 14:00 起",
        "2026/12/01",
        "面積 15,000 ㎡ 以下",
        "5% 罰鍰",
        "請備兩份申請書",
        "一般情形、統一編號、三民區、一次告知",
        "依台灣省工廠登記辦法",
        "相關辦法與標準廠房的方法",
        "",
    ],
)
def test_what_the_source_says_in_other_signs_is_held(text):
    assert proof.missing(text, [proof.held_by(SOURCE)]) == ()


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("規費為 8,000 元", "number", "8,000 元"),
        ("應於 60 日內補正", "number", "60 日"),
        ("5,000 日內", "number", "5,000 日"),
        ("依園區廠商優惠獎勵條例", "law", "園區廠商優惠獎勵條例"),
        ("依公司法辦理", "law", "公司法"),
        ("第 40 條", "number", "40 條"),
        ("116年12月1日", "day", "116年12月1日"),
        ("12月2日起", "day", "12月2日"),
        ("下午3時", "time", "下午3時"),
        ("罰十萬元", "number", "十萬元"),
        ("減收百分之十", "number", "百分之十"),
        ("請洽 [[NAME_3]]", "name", "[[NAME_3]]"),
    ],
)
def test_what_it_does_not_say_is_named(text, kind, shown):
    assert [(one.kind, one.shown) for one in proof.missing(text, [proof.held_by(SOURCE)])] == [(kind, shown)]


ORIGINAL = "請 [[NAME_1]] 於115年12月1日下午2時30分前，備妥2份文件並繳納規費新臺幣5,000元，依第39條於三十日內辦理。"


@pytest.mark.parametrize(
    "good",
    [
        "[[NAME_1]], prepare two copies by 2:30 p.m. on December 1, 2026, pay NT$5,000 within 30 days (Article 39).",
        "[[NAME_1]]様、2026年12月1日14:30までに書類2部を用意し、手数料5,000円を納付。第39条により30日以内です。",
    ],
)
def test_a_faithful_translation_differs_in_nothing(good):
    assert proof.differences(ORIGINAL, good) == ((), ())


def test_each_figure_that_a_translation_changes_is_named_on_both_sides():
    bad = "Please prepare three copies by 2:30 p.m. on December 11, 2026, and pay NT$500 within 30 days (Article 39)."
    lost, added = proof.differences(ORIGINAL, bad)
    assert {one.shown for one in lost} == {"[[NAME_1]]", "115年12月1日", "2份", "新臺幣5,000"}
    assert {one.shown for one in added} == {"three copies", "December 11, 2026", "NT$500"}
