"""Texts of firms: which of them say the same, and how they look without what identifies anybody. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.language.text import normalise
from knowledge.model.features import UnitCoder, bag, grams

LIKE = 0.4
"""Likeness (0 to 1) from which two enquiries are taken for the same question in a list for people."""

_MASKS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "〔電子郵件〕"),
    (re.compile(r"https?://\S+|www\.\S+"), "〔網址〕"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z][1289]\d{8}(?!\d)"), "〔身分證號〕"),
    (re.compile(r"(?i)(?:line\s*id|賴\s*id)\s*[:：]?\s*[\w.-]{3,}"), "〔帳號〕"),
    (
        re.compile(
            r"(?:\+?886[-\s]?|0)\d{1,3}[-\s()]{0,2}\d{3,4}[-\s]?\d{3,4}"
            r"(?:\s*(?:#|轉|分機|ext\.?)\s*\d{1,6})?"
        ),
        "〔電話〕",
    ),
    (re.compile(r"(?:#|轉|分機)\s*\d{2,6}"), "〔分機〕"),
    (re.compile(r"(?<!\d)\d{8}(?!\d)"), "〔統編〕"),
    (re.compile(r"(?<!\d)\d{10,}(?!\d)"), "〔號碼〕"),
    (re.compile(r"[A-Z]{2,4}-\d{7}-\d{4}"), "〔案號〕"),
)
_WIDE = str.maketrans("０１２３４５６７８９－（）＃＠．", "0123456789-()#@.")
_TITLES = "先生|小姐|女士|經理|課長|廠長|主任|組長|協理|專員"
_SURNAMES = (
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈"
    "余盧梁趙顏柯翁魏孫戴范宋鄧杜傅侯曹薛丁卓阮董溫唐藍蔣紀姚馮歐程湯田康姜汪尤巫黎涂龔"
)
_NAMED = (
    re.compile(rf"(?<=我是|我姓|敝姓|我叫|名叫)[\u4e00-\u9fff]{{1,3}}(?={_TITLES})"),
    re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?=先生|小姐|女士)"),
)
_FIRM_ENDS = re.compile(
    r"(股份有限公司|有限公司|股份公司|企業社|工廠|公司|\s+Co\.?,?\s*Ltd\.?|\s+Inc\.?)$", re.IGNORECASE
)


def mask(text: str, names: Iterable[str | None] = ()) -> str:
    """A text without telephone numbers, e-mail addresses, ids, 統一編號, case numbers and the ``names`` given.

    A firm's name is also hidden without its legal form (晴川精密 for 晴川精密有限公司).
    """
    said = text.translate(_WIDE)
    for pattern, instead in _MASKS:
        said = pattern.sub(instead, said)
    said = without_names(said, names)
    for pattern in _NAMED:
        said = pattern.sub("〔姓名〕", said)
    return said.strip()


def without_names(text: str, names: Iterable[str | None]) -> str:
    """A text without these names and numbers, which are known to identify somebody."""
    said = text
    hidden = {part for name in names if name for part in _parts(name)}
    for part in sorted(hidden, key=len, reverse=True):
        said = re.sub(re.escape(part), "〔名稱〕", said, flags=re.IGNORECASE)
    return said


def _parts(name: str) -> Iterable[str]:
    full = name.translate(_WIDE).strip()
    short = _FIRM_ENDS.sub("", full).strip()
    return [part for part in (full, short) if len(part) >= 2 and not part.isdigit()]


def masked(text: str) -> bool:
    """Whether anything in this text stands for something hidden."""
    return "〔" in text


def bare(text: str) -> str:
    """A masked text without the marks, as it is compared."""
    return " ".join(re.sub(r"〔[^〕]*〕", " ", text).split())


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that say the same: positions in the list given, the most typical first."""

    members: tuple[int, ...]


def likeness(texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """How like each text is to each other (0 to 1): words in order and in any order, and shared pairs of characters."""
    coder = UnitCoder()
    units = [coder.learn(normalise(text)) for text in texts]
    bags = [bag(one) for one in units]
    plain = process.cdist(units, units, scorer=fuzz.ratio, dtype=np.float32)
    unordered = process.cdist(bags, bags, scorer=fuzz.ratio, dtype=np.float32)
    pairs = [frozenset(gram for gram in grams(normalise(text)) if len(gram) > 1) for text in texts]
    shared = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for row, one in enumerate(pairs):
        for column in range(row, len(pairs)):
            other = pairs[column]
            smaller = min(len(one), len(other))
            shared[row, column] = shared[column, row] = len(one & other) / smaller if smaller else 0.0
    return (plain * 0.0035 + unordered * 0.0035 + shared * 0.3).astype(np.float32)


def group(texts: Sequence[str], *, least: float = LIKE) -> list[Group]:
    """Texts grouped by likeness, the largest group first; the same list always gives the same groups.

    Each text joins the group to which it is most like on average, if that is at least ``least``.
    """
    if not texts:
        return []
    like = likeness(texts)
    order = sorted(range(len(texts)), key=lambda number: (-float(like[number].sum()), number))
    groups: list[list[int]] = []
    for number in order:
        nearest = max(groups, key=lambda members: float(like[number, members].mean()), default=None)
        if nearest is not None and float(like[number, nearest].mean()) >= least:
            nearest.append(number)
        else:
            groups.append([number])
    found = [sorted(members, key=lambda n: (-float(like[n, members].mean()), n)) for members in groups]
    return [Group(tuple(members)) for members in sorted(found, key=lambda members: (-len(members), members[0]))]
