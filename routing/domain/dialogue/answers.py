"""Whether words answer what the dialogue has just asked: a name is no question, a telephone number no sentence."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.language.text import fold
from routing.domain.dialogue.state import Step

LONGEST_NAME = 60
_ASKS = re.compile(fold(r"[?？]\s*$|(?:嗎|呢|ですか|ますか|でしょうか)[。.!！\s]*$"))
_SPEAKS = re.compile(
    fold(
        r"^(?:請問|想問|想請問|我想|我們想|我要|我們要|可以|能不能|能否|是否|為什麼|為何|怎麼|如何|什麼時候|哪裡|麻煩|需要|不好意思|對了|還有|另外|因為|所以|但是|如果|等一下|等等|等我|待會|晚點|稍等|我先(?!生)|我再|我問|先問|先不|不想|不知道|不要|"
        r"how\b|what\b|when\b|where\b|why\b|can\b|could\b|do\b|does\b|is\b|are\b|i (?:want|need|would|don't)\b|we (?:want|need|would)\b|please\b|why do you)|"
        r"[。！!；;][^\s]|[，,][^\s]*(?:請|可以|嗎|怎麼|需要|要|想|了)|(?:多少錢|要多久|怎麼辦|怎麼算|是什麼|在哪裡)"
    )
)
_WHEN = re.compile(
    fold(
        r"^(?:(?:今天|明天|後天|大後天|這週|下週|這禮拜|下禮拜|(?:週|星期|禮拜)[一二三四五六日天]|每天|平日|假日)?(?:的)?"
        r"(?:早上|上午|中午|下午|傍晚|晚上|白天|上班時間|下班後|\d{1,2}[:：]\d{2}|[\d一二三四五六七八九十]{1,3}點半?)(?:[^公司廠]{0,8})"
        r"|(?:今天|明天|後天|下週[一二三四五]?|隨時|都可以|任何時間)(?:都?可以|都行|方便|比較方便|再打|打來)?"
        r"|(?:today|tomorrow|(?:next |on |this )?(?:mon|tues|wednes|thurs|fri)day|any ?time|(?:in the )?(?:morning|afternoon|evening)s?)\b(?:[ ,]*(?:in the |is |are |please|best|fine|ok|works|good|morning|afternoon|evening|any ?time|after|before|at|\d{1,2}(?::\d{2})? ?(?:am|pm)?))*"
        r"|(?:今日|明日|明後日|来週|平日)?(?:の)?(?:午前|午後|朝|夕方|いつでも|何時でも)(?:中)?(?:が|は|に|なら|で)?(?:いい|良い|よい|お願い|大丈夫|希望|都合).{0,8}|(?:今日|明日|明後日)?(?:の)?(?:午前|午後)(?:中)?(?:に|で)?)[。.!！]?$"
    ),
    re.IGNORECASE,
)
"""A time that suits is neither a firm nor a person."""
_COMPANY = re.compile(
    fold(r"公司|工廠|企業|商行|行號|工業|實業|科技|精密|會社|株式|\b(?:co|ltd|inc|corp|company|llc)\b")
)
_LONGEST_PERSON = 20
_PERSON_WORDS = 6
_NUMBER = re.compile(
    r"(?:(?:聯絡)?電話|手機|行動|(?:tel|phone|mobile|cell)\b\.?|携帯|電話番号)?(?:是|は|[:：])?\s*"
    r"((?:\+|\(?\d)[\d\s()\-]{5,}\d(?:\s*(?:轉|分機|ext\.?|#|内線)\s*\d{1,6})?)",
    re.IGNORECASE,
)
_UBN, _LEAST_DIGITS = 8, 8
_AROUND = " ,，、;；:：/()（）"
_SAYS_NO = 4
"""As short as 沒有 or none, words without a digit still answer the question for a number."""


def asks(text: str) -> bool:
    """Whether a text ends as a question does."""
    return bool(_ASKS.search(fold(text.strip())))


def phone_in(text: str) -> tuple[str, str | None]:
    """What is left of a text without the telephone number in it, and that number; None where there is none.

    A 統一編號 has eight digits and is none: a number begins with 0 or +, or has more.
    """
    for found in _NUMBER.finditer(text):
        digits = sum(map(str.isdigit, found[1]))
        if digits > _UBN or (digits >= _LEAST_DIGITS and found[1][0] in "0+("):
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return " ".join(rest.split()).strip(_AROUND), found[1].strip()
    return text, None


def fits(step: Step, text: str) -> bool:
    """Whether a text can be the answer to what was asked; what can be none is about the matter, or another question."""
    text = text.strip()
    says_when = step in {Step.FIRM, Step.CONTACT} and bool(_WHEN.search(fold(text)))
    if asks(text) or "\n" in text or says_when:
        return False
    if step is Step.FIRM:
        return len(text) <= LONGEST_NAME and (bool(_COMPANY.search(fold(text))) or not _SPEAKS.search(fold(text)))
    if step is Step.CONTACT:
        return _is_person(phone_in(text)[0])
    if step is Step.PHONE and len(text) > _SAYS_NO and not any(character.isdigit() for character in text):
        return False
    if step in {Step.PHONE, Step.PARK}:
        return not _SPEAKS.search(fold(text)) and len(text) <= LONGEST_NAME
    return True


def lines(text: str) -> list[str]:
    """The lines of a text that hold something; the text itself where none does."""
    return [line.strip() for line in text.splitlines() if line.strip()] or [text.strip()]


def fit(steps: Sequence[Step], text: str) -> bool:
    """Whether a text can answer the first of some questions, or line by line the first few of them."""
    said = lines(text)
    return len(said) <= len(steps) and all(fits(step, line) for step, line in zip(steps, said, strict=False))


def _is_person(text: str) -> bool:
    if _SPEAKS.search(fold(text)):
        return False
    if text.isascii():
        return len(text) <= LONGEST_NAME and len(text.split()) <= _PERSON_WORDS
    return len(text) <= _LONGEST_PERSON
