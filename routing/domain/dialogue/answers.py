"""Whether words answer what the dialogue has just asked: a name is no question, a telephone number no sentence."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.language.said import ways
from knowledge.language.text import fold
from routing.domain.dialogue.state import Step
from routing.domain.dialogue.times import names_a_time
from routing.domain.tax_number import valid_ubn

LONGEST_NAME = 60
_ASKS = re.compile(
    fold(
        r"[?？]\s*$|(?<=[好完來到])(?:了)?沒(?:有)?[。!！\s]*$|(?:嗎|呢|ですか|ますか|でしょうか)[。.!！\s]*$|(?:多少|幾號|在哪裡?|是誰|幾點|幾樓)(?:啊|呀|啦)?[。.!！\s]*$|(?:是|要|用|選|寄|送|傳|給|印|填).{0,12}還是.{1,12}$|"
        r"(?:要不要|是不是|有沒有|能不能|可不可以|需不需要).{1,16}$"
    )
)
_SPEAKS = re.compile(
    fold(
        r"^(?:先|那|欸|喔|啊|阿|我們?|ok|好)*[ ,，]*(?:等一下|等等|等我|稍等|等下)|^(?:先|那|我們?|讓我|再|去)*(?:去|先|再)?(?:問|查|找|看|確認)(?:一下|看看|一?問|一?查|同事|老闆|主管|會計|統編)|"
        r"^(?:請問|想問|想請問|我想|我們想|想談|想聊|想要|想先|談|我要|我們要|可以|能不能|能否|是否|為什麼|為何|怎麼|如何|什麼時候|哪裡|麻煩|需要|不好意思|對了|還有|另外|因為|所以|但是|如果|等一下|等等|等我|待會|晚點|稍等|我先(?!生)|我再|我問|先問|先不|不想|不知道|不要|"
        r"how\b|what\b|when\b|where\b|why\b|can\b|could\b|do\b|does\b|is\b|are\b|i (?:want|need|would|don't)\b|we (?:want|need|would)\b|please\b|why do you)|"
        r"[。！!；;][^\s]|[，,][^\s]*(?:請|可以|嗎|怎麼|需要|要|想|了)|(?:多少錢|要多久|怎麼辦|怎麼算|是什麼|在哪裡)|の件(?:です)?[。]?$|について|^(?:我|我們)?(?:也|還|都)?(?:不太?|還不|沒(?:有)?)(?:清楚|知道|確定|曉得|瞭解|了解|決定)|^(?:我|我們)(?:不|沒|還|也|先(?!生)|再|要|想|得|去|問|看|找)|(?:填|寫|留|找)誰|問問|打不通|就打|打(?:電話)?給|(?:問|確認|討論)(?:一下)?(?:老闆|主管|會計|同事|公司|看看)|\b(?:not sure|no idea|(?:let|give) me|i'?ll|we'?ll|hold on|who (?:should|do|to|shall)|ask (?:my|our|the)|not yet|decided?)\b|まだ|わから|分から|ないです|(?<!申し)(?<!いい)(?<!言い)(?:ません|ました|ます|たいです|ください)(?:が|けど)?[。.]?$"
    )
)
_COMPANY = re.compile(
    fold(r"公司|工廠|企業|商行|行號|工業|實業|科技|精密|會社|株式|\b(?:co|ltd|inc|corp|company|llc)\b")
)
_LONGEST_PERSON = 20
_LONGEST_HOUR = 20
_PERSON_WORDS = 6
_NUMBER = re.compile(
    r"(?:(?:聯絡)?電話|手機|行動|(?:tel|phone|mobile|cell)\b\.?|携帯|電話番号)?(?:是|は|[:：])?\s*"
    r"((?:\+|\(?\d)[\d\s()\-]{5,}\d(?:\s*(?:轉|分機|ext\.?|#|内線)\s*\d{1,6})?)",
    re.IGNORECASE,
)
_EIGHT = re.compile(r"(?<![\d\-+)])(?<!\d )(?<!\) )\d{8}(?![\d\-])")
_UBN, _LEAST_DIGITS = 8, 8
_NO_NAME = ways("facts", "no_name")
"""A detail or a place, which is nobody's name."""
_AROUND = " ,，、;；:：/()（）"
_REFUSES = ways("facts", "refuses")
"""Words without a digit that answer the question for a number all the same."""


def asks(text: str) -> bool:
    """Whether a text ends as a question does."""
    return bool(_ASKS.search(fold(text.strip())))


def phone_in(text: str) -> tuple[str, str | None]:
    """What is left of a text without the telephone number in it, and that number; None where there is none.

    A 統一編號 has eight digits and is none: a number begins with 0 or +, or has more. No telephone number of Taiwan
    that begins with its area code is as short as that, so eight digits that add up are a firm's also behind a zero.
    """
    no_ubn = _EIGHT.sub(lambda found: "." * _UBN if valid_ubn(found[0]) else found[0], text)
    for found in _NUMBER.finditer(no_ubn):
        digits = sum(map(str.isdigit, found[1]))
        if digits > _UBN or (digits >= _LEAST_DIGITS and found[1][0] in "0+("):
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return " ".join(rest.split()).strip(_AROUND), found[1].strip()
    return text, None


def fits(step: Step, text: str) -> bool:
    """Whether a text can be the answer to what was asked; what can be none is about the matter, or another question."""
    text = text.strip()
    says_when = step in {Step.FIRM, Step.CONTACT} and (names_a_time(text) or bool(_NO_NAME.search(fold(text))))
    too_long = step is Step.WHEN and len(text) > _LONGEST_HOUR
    if asks(text) or "\n" in text or says_when or too_long:
        return False
    if step is Step.FIRM:
        return len(text) <= LONGEST_NAME and (bool(_COMPANY.search(fold(text))) or not _SPEAKS.search(fold(text)))
    if step is Step.CONTACT:
        return _is_person(phone_in(text)[0])
    if step is Step.PHONE and not any(character.isdigit() for character in text) and not _REFUSES.search(fold(text)):
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
