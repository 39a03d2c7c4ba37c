"""What a firm tells of itself, in whatever order: 大同精工 王先生 0912-345678, 我們在楠梓園區.

A company told where a person was asked for is a company all the same, and the reverse; only what is surely one or the
other is taken so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from knowledge.language.said import ways
from knowledge.language.text import fold
from knowledge.offices.directory import Park
from routing.domain.dialogue.answers import phone_in
from routing.domain.dialogue.times import names_a_time
from routing.domain.tax_number import valid_ubn

_COMPANY, _TITLED, _SURNAME = ways("facts", "company"), ways("facts", "titled"), ways("facts", "surname")
_BEFORE, _AFTER, _SENTENCE = ways("facts", "before"), ways("facts", "after"), ways("facts", "sentence")
_INTRODUCES, _WHERE = ways("facts", "introduces"), ways("facts", "where")
_PRESENTS, _NAMES_PERSON = ways("facts", "presents"), ways("facts", "names_person")
_FIRM_FIRST = tuple(ways("facts", name) for name in ("introduced", "introduced_in_brackets", "introduced_ja", "signed"))
_PERSON_FIRST = ways("facts", "introduced_en")
_CAPITAL = re.compile(r"[A-Z][\w&.'-]*,?")
_NAME_WORDS = 4
_UBN = re.compile(r"(?:統一編號|統編)?\s*(?:是|為)?\s*[:：]?\s*(?<!\d)(\d{8})(?!\d)")
_BETWEEN = re.compile(r"[\s,，、;；/／()（）]+")
_LATIN_BETWEEN = re.compile(r"\s*[,，、;；/／()（）\n]+\s*")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SUFFIX = re.compile(r",\s*(?=(?:ltd|inc|llc|corp|gmbh)\b)", re.IGNORECASE)
"""A comma inside the name of a company: Sunrise Tools Co., Ltd."""
_MINE = re.compile(fold("我|我的|我們|我們的|本人|這是|my|me|mine|our|私の?"))
_LONGEST, _LONGEST_PERSON = 80, 20
HALF_WIDTH = str.maketrans("０１２３４５６７８９－＋（）＃　", "0123456789-+()# ")

FindPark = Callable[[str], Park | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a text tells of the firm; None what it does not."""

    firm: str | None = None
    ubn: str | None = None
    person: str | None = None
    phone: str | None = None
    park: Park | None = None

    def __bool__(self) -> bool:
        return any((self.firm, self.ubn, self.person, self.phone, self.park))

    def shown(self, language: str) -> str:
        """What was told, as it is said again."""
        park = self.park.label(language) if self.park is not None else None
        return "、".join(one for one in (self.firm, self.ubn, self.person, self.phone, park) if one)

    @property
    def count(self) -> int:
        """How many things it tells."""
        return sum(one is not None for one in (self.firm or self.ubn, self.person, self.phone, self.park))


def is_company(text: str) -> bool:
    """Whether a name is surely a company's."""
    folded = fold(text)
    return bool(_COMPANY.search(folded)) and not _SENTENCE.search(folded)


def is_person(text: str) -> bool:
    """Whether a name is surely a person's: it has a title."""
    return bool(_TITLED.search(fold(text))) and not _COMPANY.search(fold(text))


def presents(text: str) -> bool:
    """Whether words tell who the firm is although nobody asked: a word of a trade alone (化學品) does not."""
    return bool(_PRESENTS.search(fold(text.strip())))


def is_sentence(text: str) -> bool:
    """Whether words are of a sentence, and so no name."""
    return bool(_SENTENCE.search(fold(text)))


def may_be_person(text: str) -> bool:
    """Whether a name may be a person's: it has a title, or a surname and no more than a name."""
    return is_person(text) or (bool(_SURNAME.search(fold(text))) and not is_company(text))


def bare(text: str) -> str:
    """A name without the words around it: 我們是大同精工 is 大同精工."""
    folded = fold(text)
    before = _BEFORE.match(folded)
    start = before.end() if before else 0
    found = _AFTER.search(folded)
    end = found.start() if found else len(folded)
    # Folding is character by character, so places in the folded text are those of the text where lengths agree.
    if len(folded) != len(text) or start >= end:
        return text.strip()
    return text[start:end].strip(" ,，、") or text.strip()


def facts_in(text: str, find_park: FindPark, *, of_firm: bool = False) -> Told:
    """What a text tells of the firm where it tells nothing else; nothing of what is not surely one of the four.

    ``of_firm``: the company was asked for, and what stands beside a telephone is rather one than a person.
    """
    text = _SUFFIX.sub(" ", _MAIL.sub(" ", text.translate(HALF_WIDTH))).strip(" ,，、;；")
    if not text or len(text) > _LONGEST or _SENTENCE.search(fold(text)) or names_a_time(text):
        return Told()
    rest, phone = phone_in(text)
    if phone is not None and phone[0] not in "0+(":
        # 文號 and the like are long too.
        return Told()
    found = _UBN.search(rest)
    ubn = found[1] if found and valid_ubn(found[1]) else None
    if found and ubn:
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    between = _LATIN_BETWEEN if rest.isascii() else _BETWEEN
    told: dict[str, str | Park] = {}
    unsure: list[str] = []
    # 我電話是… tells a number, and nobody's name.
    for said in (one for one in between.split(rest.strip()) if one and not _MINE.fullmatch(fold(one))):
        part = bare(said)
        park = _park(part, find_park, of_firm=of_firm)
        # 我們是租標準廠房的 tells what they do, and no name.
        firm = (is_company(part) or bool(_INTRODUCES.match(fold(said)))) and not part.endswith("的")
        person = is_person(part) or (bool(_NAMES_PERSON.match(fold(said))) and not is_company(part))
        kind = "park" if park else "person" if person else "firm" if firm else None
        if kind is None:
            unsure.append(part)
        elif kind in told and not _is_same(told[kind], part):
            return Told()
        else:
            told[kind] = park or part
    if len(unsure) == 1 and (told or phone or ubn):
        kind = _likely(unsure[0], told, phone, of_firm=of_firm)
        if kind not in told and kind:
            told[kind] = unsure.pop()
    if unsure:
        return Told()
    return Told(ubn=ubn, phone=phone, **told)  # type: ignore[arg-type]  # each by its kind


def _is_same(before: str | Park, part: str) -> bool:
    """Whether a surname and a name are of one person: 我姓林，林課長."""
    return isinstance(before, str) and len(before) == 1 and part.startswith(before)


def _likely(text: str, told: Mapping[str, object], phone: str | None, *, of_firm: bool) -> str:
    """What a name is that stands beside something that is sure; '' where it may be either."""
    if "person" in told:
        return "firm"
    if _SURNAME.search(fold(text)) or (phone and text.isascii() and len(text) <= _LONGEST_PERSON):
        return "person"
    if "firm" in told and is_name(text) and len(text.split()) > 1:
        return "person"
    if of_firm and "firm" not in told:
        return "firm"
    return "person" if phone and len(text) <= _LONGEST_PERSON else ""


def introduced(text: str) -> Told:
    """Who the firm and its person are, told beside a matter: 我們是某某公司的王小姐, the end of a formal letter."""
    folded = fold(text)
    found = next((hit for pattern in (*_FIRM_FIRST, _PERSON_FIRST) if (hit := pattern.search(folded))), None)
    if found is None or len(folded) != len(text):
        return Told()
    firm, person = (text[slice(*found.span(group))].strip() or None for group in (1, 2))
    if found.re is _PERSON_FIRST:
        firm, person = person, firm
    return Told(firm=firm, person=person, phone=phone_in(text[found.start() :].translate(HALF_WIDTH))[1])


def is_place(text: str, find_park: FindPark) -> bool:
    """Whether words tell only where it is: 在大發工業區門口, building B3, Linguang park."""
    folded = fold(text.strip())
    if _SENTENCE.search(folded) or len(folded) > _LONGEST:
        return False
    return bool(_WHERE.search(folded)) or (len(folded) <= _LONGEST_PERSON and find_park(text) is not None)


def is_name(text: str) -> bool:
    """Whether words in Latin letters are a name, each written with a capital: Northwind Components."""
    words = text.split()
    return 0 < len(words) <= _NAME_WORDS and all(_CAPITAL.fullmatch(word) for word in words)


def _park(text: str, find_park: FindPark, *, of_firm: bool) -> Park | None:
    """A park that is named as one: 楠梓園區, but no 楠梓科技股份有限公司, nor 大發鐵工廠 where a firm was asked for."""
    return None if "公司" in text or (of_firm and is_company(text)) else find_park(text)
