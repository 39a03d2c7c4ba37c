"""What of a sentence a source proves: its numbers with what they count, its days and times, and the laws that it names.

Nothing here understands a text. A figure that stands in none of the cited sources is named; whether a source says what
the sentence says is for the officer to read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from knowledge.calendar.republic import western_year
from knowledge.language.placeholders import MARK, marks_in
from knowledge.language.text import fold
from knowledge.relevance.tariff import value_of

NUMBER, DAY, TIME, LAW, NAME = "number", "day", "time", "law", "name"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something in a text that a source must hold: ``shown`` as it is written, ``value`` as it is compared.

    ``unit``: of a number, what it counts, where we know the word.
    """

    kind: str
    shown: str
    value: str
    unit: str = ""


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TH = "(?:st|nd|rd|th)?"
_DAYS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:中華民國|民國|西元|令和)?\s*(?<![\d.])(\d{2,4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"), "ymd"),
    (re.compile(r"(?<![\d./-])(\d{2,4})([./-])(\d{1,2})\2(\d{1,2})(?![\d./-]*\d)"), "y-m-d"),
    (re.compile(rf"\b(\d{{1,2}}){_TH}\s+(?:of\s+)?({_MONTH})\b\.?,?(?:\s+(\d{{4}}))?", re.IGNORECASE), "dMy"),
    (re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}}){_TH}\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE), "Mdy"),
    (re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*日"), "md"),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])"), "md"),
    (re.compile(r"(?:中華民國|民國|西元|令和)?\s*(?<![\d.])(\d{2,4})\s*年\s*(\d{1,2})\s*月"), "ym"),
    (re.compile(rf"\b({_MONTH})\b\.?,?\s+((?:19|20)\d\d)", re.IGNORECASE), "My"),
    (re.compile(r"(?:中華民國|民國|西元|令和)\s*(\d{1,4})\s*年|(?<!\d)((?:19|20)\d\d)\s*年"), "y"),
)  # fmt: skip
_TIMES = (
    re.compile(
        r"(上午|下午|晚上|中午|午前|午後)?\s*(?<!\d)(\d{1,2}):(\d{2})(?!\d)\s*(a\.?m\b\.?|p\.?m\b\.?)?", re.IGNORECASE
    ),
    re.compile(r"(上午|下午|晚上|中午|午前|午後)\s*(\d{1,2})\s*[時点點](?:\s*(\d{1,2})\s*分|(半))?"),
    re.compile(r"(?<!\d)(\d{1,2})\s*(a\.?m\b\.?|p\.?m\b\.?)", re.IGNORECASE),
)
_LATE = frozenset({"下午", "晚上", "午後", "p"})

_UNITS: tuple[tuple[str, str], ...] = (
    ("元", r"元|圓|円|塊錢|nt\$|ntd|twd|new taiwan dollars?|dollars?"),
    ("工作日", r"個?工作[天日]|個?上班[天日]|working days?|business days?|営業日"),
    ("月", r"個月|個月份|ヶ月|か月|カ月|months?"),
    ("週", r"週|個?星期|週間|weeks?"),
    ("時", r"個?小時|時間|hours?"),
    ("分鐘", r"分鐘|分間|minutes?"),
    ("日", r"日曆天|calendar days?|日|天|days?"),
    ("年", r"年|years?"),
    ("%", r"%|percent|パーセント"),
    ("坪", r"坪|pings?"),
    ("㎡", r"平方公尺|平方米|平方メートル|㎡|m2\b|m²|sqm\b|square met(?:er|re)s?"),
    ("公頃", r"公頃|ヘクタール|hectares?|ha\b"),
    ("kw", r"kw\b|千瓦|瓩|キロワット|kilowatts?"),
    ("cmd", r"cmd\b|立方公尺|㎥|m3\b|m³|cubic met(?:er|re)s?"),
    ("噸", r"公噸|噸|トン|(?:metric )?ton(?:ne)?s?\b"),
    ("條", r"條|条"), ("項", r"項"), ("款", r"款"), ("目", r"目"),
    ("人", r"人|名|people|persons?|employees?"),
    ("份", r"份|件|張|部|通|cop(?:y|ies)|items?|documents?"),
    ("次", r"次|回|times?"),
    ("倍", r"倍|times as"),
    ("戶", r"戶|households?"),
    ("樓", r"樓|層|階|floors?"),
)  # fmt: skip
_UNIT = re.compile("|".join(f"(?P<u{place}>{pattern})" for place, (_, pattern) in enumerate(_UNITS)), re.IGNORECASE)
_BEFORE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:nt\$|ntd|twd|新[臺台]幣|\$)\s*$", re.IGNORECASE), "元"),
    (re.compile(r"百分之\s*$"), "%"),
    (re.compile(r"\barticles?\s*$", re.IGNORECASE), "條"),
    (re.compile(r"\b(?<!sub)paragraphs?\s*$", re.IGNORECASE), "項"),
    (re.compile(r"\bsubparagraphs?\s*$", re.IGNORECASE), "款"),
)
_ENGLISH = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
         "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
        start=1,
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}  # fmt: skip
_HAN = "零〇一二三四五六七八九十百千"
_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_LARGE = r"\s*(?:萬|億|万|亿|千|百|million|thousand|billion)"
_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS}(?:{_LARGE}(?:{_DIGITS}|[{_HAN}兩两]+)?)*)"
    rf"|(?P<han>[{_HAN}兩两][{_HAN}兩两萬億万亿]*)"
    rf"|\b(?P<word>{'|'.join(sorted(_ENGLISH, key=len, reverse=True))})\b(?=[\s-]+[a-z])",
    re.IGNORECASE,
)
_VAGUE = frozenset({"次", "樓", "人", "目", "項"})
"""Of these 一 says no number: 一次告知, 一人, 一項."""
_ORDINAL = re.compile(r"第\s*$")

_LAW = re.compile(
    r"《([^》]{2,40})》"
    r"|([\u4e00-\u9fff]{1,30}?(?:(?:條例|法(?![律規人定院令源制]))(?:施行細則)?|標準(?!廠房|化|作業)|通則|規程|細則|辦法|準則|規則|要點))"
)
_LEADS = re.compile(
    "依據|依照|按照|根據|參照|參考|違反|適用|符合|有關|關於|以及|或者|規定|現行|修正|公布|訂定|係指|申請|辦理|請依|應依|得依|屬於"
    "|[依按及與和或為應照是在於之的即見據經由受另又請]"
)
_NO_LAW = re.compile(
    r"(?:方|無|合|違|依|作|做|看|想|設|(?<!公)司|非|不|本|母|該|同|手|用|說|算|書|語|寫|修|立|執|守|犯|枉|各|此)法$|^(?:本|該|前|有|何|各|相關|其他|上述|前述|現行)*(?:辦法|標準|規則|要點|準則|細則|條例)$"
)  # fmt: skip
_SHORT_LAWS = frozenset({"民法", "刑法", "憲法", "稅法"})


def claims(text: str) -> tuple[Claim, ...]:
    """Everything in a text that a source must hold, each once."""
    rest = _even(text)
    found: list[Claim] = [Claim(NAME, mark, mark) for mark in marks_in(rest)]
    rest = MARK.sub(" ", rest)
    found += [Claim(LAW, name, _bare(name)) for name in laws(rest)]
    days, rest = _taken(rest, ((pattern, lambda match, form=form: _day(match, form)) for pattern, form in _DAYS))  # type: ignore[misc]  # fmt: skip
    times, rest = _taken(rest, ((pattern, _time) for pattern in _TIMES))
    found += [Claim(DAY, shown, value) for shown, value in days]
    found += [Claim(TIME, shown, value) for shown, value in times]
    found += _numbers(rest)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Held:
    """What a source holds: its claims, and its words for the names of laws."""

    claims: tuple[Claim, ...]
    words: str

    def says(self, words: str) -> bool:
        """Whether these words stand in it."""
        return _bare(words) in self.words


def held_by(source: str) -> Held:
    """A source, read once for all sentences that cite it."""
    return Held(claims(source), _bare(source))


def missing(text: str, sources: Iterable[Held]) -> tuple[Claim, ...]:
    """The claims of a text that stand in none of the sources."""
    cited = list(sources)
    return tuple(claim for claim in claims(text) if not any(_held(claim, source) for source in cited))


def _held(claim: Claim, source: Held) -> bool:
    if claim.kind == LAW:
        return claim.value in source.words
    same = [other for other in source.claims if other.kind == claim.kind]
    if claim.kind == DAY:
        return any(_same_day(claim.value, other.value) for other in same)
    return any(other.value == claim.value and (not claim.unit or other.unit in {"", claim.unit}) for other in same)


def differences(original: str, translation: str) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """What of an original is not in its translation, and what the translation has of its own.

    Laws have other names in other languages, so that their names are not compared; the numbers of articles are.
    """
    ours = [claim for claim in claims(original) if claim.kind != LAW]
    theirs = [claim for claim in claims(translation) if claim.kind != LAW]
    lost = tuple(claim for claim in ours if not _translated(claim, theirs))
    added = tuple(claim for claim in theirs if not _translated(claim, ours))
    return lost, added


def _translated(claim: Claim, others: Collection[Claim]) -> bool:
    if claim.kind == DAY:
        return any(other.kind == DAY and claim.value == other.value for other in others)
    return any(
        other.kind == claim.kind
        and other.value == claim.value
        and ("" in {claim.unit, other.unit} or claim.unit == other.unit)
        for other in others
    )


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _bare(text: str) -> str:
    """For comparing names of laws: without blanks, one form of 臺."""
    return re.sub(r"\s+", "", _even(text)).replace("臺", "台")


_Reader = Callable[[re.Match[str]], str | None]


def _taken(text: str, ways: Iterable[tuple[re.Pattern[str], _Reader]]) -> tuple[list[tuple[str, str]], str]:
    """What the patterns find, as written and as compared, and the text without it."""
    found: list[tuple[str, str]] = []
    for pattern, read in ways:

        def take(match: re.Match[str], read: _Reader = read) -> str:
            value = read(match)
            if value is None:
                return match[0]
            found.append((match[0].strip(), value))
            return " ; "

        text = pattern.sub(take, text)
    return found, text


def _day(match: re.Match[str], form: str) -> str | None:
    """A day as 2026-11-29, without a year as --11-29, a month as 2026-11, a year as 2026; None if there is none."""
    year, month, day = _parts(match, form)
    if year is not None:
        year = year + 2018 if "令和" in match[0] else western_year(year)
        if not 1900 <= year < 2200:
            return None
    if month is None:
        return f"{year:04d}"
    try:
        date(year or 2000, month, day or 1)
    except ValueError:
        return None
    if day is None:
        return f"{year:04d}-{month:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}" if year is not None else f"--{month:02d}-{day:02d}"


def _parts(match: re.Match[str], form: str) -> tuple[int | None, int | None, int | None]:
    given = [group for group in match.groups() if group is not None and group not in "./-"]
    if form in {"dMy", "Mdy"}:
        name, day = (match[2], match[1]) if form == "dMy" else (match[1], match[2])
        return (int(match[3]) if match[3] else None), _MONTHS[name.casefold()], int(day)
    if form == "My":
        return int(match[2]), _MONTHS[match[1].casefold()], None
    if form == "md":
        return None, int(given[0]), int(given[1])
    numbers: list[int | None] = [*(int(one) for one in given), None, None]
    return numbers[0], numbers[1], numbers[2]


def _same_day(claimed: str, held: str) -> bool:
    """A day without its year, or a month or year alone, is held by a whole day that has it."""
    if claimed.startswith("--"):
        return held.endswith(claimed[1:])
    return held.startswith(claimed)


def _time(match: re.Match[str]) -> str | None:
    groups = list(match.groups())
    if len(groups) == 2:
        half, hour, minute = groups[1][0], int(groups[0]), 0
    elif ":" in match[0]:
        half, hour, minute = groups[0] or (groups[3] or "")[:1], int(groups[1]), int(groups[2])
    else:
        half, hour, minute = groups[0], int(groups[1]), 30 if groups[3] else int(groups[2] or 0)
    half = (half or "").casefold()
    if half in _LATE and hour < 12:
        hour += 12
    if half in {"a", "上午", "午前"} and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}" if hour < 25 and minute < 60 else None


def _numbers(text: str) -> Iterator[Claim]:
    for match in _NUMBER.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        unit, told, lead = _unit(before, after)
        ordinal = _ORDINAL.search(before) is not None
        if match["han"] and not (told or ordinal or unit == "%"):
            continue  # 一般, 統一, 三民區: words, no numbers
        if match["han"] and match["han"] in {"一", "千", "百"} and unit in _VAGUE and not ordinal:
            continue
        if match["word"] and not told:
            continue
        value = _value(match)
        if value is not None:
            end = match.end() + (after.index(told) + len(told) if told else 0)
            yield Claim(NUMBER, text[match.start() - len(lead) : end].strip(), str(value), unit)


def _unit(before: str, after: str) -> tuple[str, str, str]:
    """What a number counts, and the word that says so, behind the number or before it."""
    for pattern, unit in _BEFORE:
        if (lead := pattern.search(before)) is not None:
            return unit, "", lead[0]
    begins = after.lstrip(" -")
    found = _UNIT.match(begins)
    if found is None or len(after) - len(begins) > 1:
        return "", "", ""
    return _UNITS[int(str(found.lastgroup)[1:])][0], found[0], ""


def _value(match: re.Match[str]) -> Fraction | None:
    if match["word"]:
        return Fraction(_ENGLISH[match["word"].casefold()])
    written = fold(match["digits"] or match["han"]).replace(" ", "")
    return value_of(written)


def laws(text: str) -> tuple[str, ...]:
    """The names in a text that end as those of laws and rules do, without the words that lead to them."""
    found = []
    for match in _LAW.finditer(_even(text).replace(" ", "")):
        name = match[1] or _without_lead(match[2])
        if name in _SHORT_LAWS or (len(name) > 2 and not _NO_LAW.search(name)):
            found.append(name)
    return tuple(dict.fromkeys(found))


def _without_lead(phrase: str) -> str:
    ends = [found.end() for found in _LEADS.finditer(phrase) if found.end() < len(phrase)]
    return phrase[max(ends) :] if ends else phrase
