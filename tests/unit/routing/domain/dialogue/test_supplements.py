"""What is said while we wait for a firm, and what answers a question of ours (contract §9; trap L19)."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
import pytest

from routing.domain.dialogue.answers import fits
from routing.domain.dialogue.state import Step
from routing.domain.dialogue.supplements import is_piece, only_says_all, says_all


@pytest.mark.parametrize(
    "text",
    [
        "都給了", "都補齊了", "補齊了", "就這些", "資料都傳了", "都附上了", "已經補齊", "全部都給了", "都寄過去了", "都上傳好了", "齊了",
        "沒有其他了", "that's all", "That is everything.", "all sent", "everything is attached", "以上です", "これで全部です",
    ],
)  # fmt: skip
def test_words_that_say_all_is_there(text):
    assert says_all(text)
    assert only_says_all(text)
    assert not is_piece(text, question=False)


def test_words_may_say_it_and_be_a_piece_themselves():
    text = "租約影本和印鑑證明都補上了"
    assert says_all(text)
    assert not only_says_all(text)
    assert is_piece(text, question=False)


@pytest.mark.parametrize(
    "text", ["補齊了嗎？", "還缺一份，其他都給了", "明天會補齊", "要補齊什麼？", "還沒補齊", "not everything is there"]
)
def test_words_that_do_not_say_it(text):
    assert not says_all(text)


@pytest.mark.parametrize(
    "text",
    ["等我問一下", "我再問一下主管", "明天補給你", "下週一前會送過去", "稍等", "晚點再傳", "收到通知了", "了解", "let me check", "I will send it tomorrow", "少々お待ちください"],
)  # fmt: skip
def test_words_that_it_takes_time_are_no_piece(text):
    assert not is_piece(text, question=False)


@pytest.mark.parametrize(
    "text",
    [
        "楠梓段一小段 123 地號",
        "陳小姐 07-3611212",
        "三樓靠窗的那台",
        "附上租約",
        "稍後會開工的是 B 棟 3 樓，地號 123",
        "The lot number is 123",
    ],
)
def test_other_words_are_pieces_unless_they_ask(text):
    assert is_piece(text, question=False)
    assert not is_piece(text, question=True)


FITS = [
    (Step.FIRM, "晴川精密有限公司", True), (Step.FIRM, "我們是晴川精密", True), (Step.FIRM, "04595257", True),
    (Step.FIRM, "晴川精密, 統編 04595257", True), (Step.FIRM, "ACME Precision Ltd", True), (Step.FIRM, "How To Co Ltd", True),
    (Step.FIRM, "請問要附什麼文件？", False), (Step.FIRM, "為什麼要問這個", False), (Step.FIRM, "租金怎麼算", False),
    (Step.CONTACT, "陳小姐", True), (Step.CONTACT, "我叫陳小美", True), (Step.CONTACT, "採購部 陳小姐", True),
    (Step.CONTACT, "John Smith", True), (Step.CONTACT, "水", True), (Step.CONTACT, "可以先告訴我租金嗎", False),
    (Step.CONTACT, "我想知道要多久", False), (Step.CONTACT, "我們廠房漏水很久了，請快點派人來", False),
    (Step.CONTACT, "what documents do you need", False), (Step.CONTACT, "Why do you need that?", False),
    (Step.PHONE, "07-3611212", True), (Step.PHONE, "沒有", True), (Step.PHONE, "可以不留電話嗎", False),
    (Step.PARK, "楠梓園區", True), (Step.PARK, "哪個園區我忘了", True), (Step.PARK, "請問你們有幾個園區？", False),
    (Step.DESCRIBE, "請問要附什麼文件", True),
]  # fmt: skip


@pytest.mark.parametrize(("step", "text", "fitting"), FITS)
def test_an_answer_to_our_question_looks_like_one(step, text, fitting):
    assert fits(step, text) is fitting
