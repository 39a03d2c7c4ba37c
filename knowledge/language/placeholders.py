"""Takes what identifies somebody out of texts that leave the office, and puts it back into what comes back.

The same value has the same mark in all texts of one question (``[[NAME_1]]``), so that a text stays readable. Which
mark stands for what is known to this object alone: it lives as long as the question and is never stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.language.masking import SURNAMES, WIDE, parts_of_name

NAME, FIRM, PHONE, MAIL, UBN, CASE, NUMBER, ADDRESS, LINK = (
    "NAME", "FIRM", "PHONE", "MAIL", "UBN", "CASE", "NUMBER", "ADDRESS", "LINK",
)  # fmt: skip
_KINDS = f"{NAME}|{FIRM}|{PHONE}|{MAIL}|{UBN}|{CASE}|{NUMBER}|{ADDRESS}|{LINK}"

MARK = re.compile(rf"\[{{1,2}}\s*({_KINDS})[_ -]?(\d{{1,4}})\s*\]{{1,2}}")
"""A mark as we write it, and as models write it again."""
_LOOKS_LIKE_ONE = re.compile(rf"\[(?=\[|\s*(?:{_KINDS})[_ -]?\d)")
_LEGAL = r"(?:股份有限公司|有限公司|企業社|工業社|工程行|商行|株式会社|株式會社)"
_TITLES = r"(?:先生|小姐|女士|經理|課長|主任|協理|廠長|副理|組長|老闆|董事長|總經理|专员|專員|会长|经理)"
_UNITS = (
    r"(?:元|圓|塊|萬|億|平方公尺|平方米|㎡|m2\b|坪|公頃|公噸|噸|公斤|公升|立方公尺|kW|KW|瓩|千瓦|CMD|度|日|天|個月|年|小時|分鐘|人|名"
    r"|戶|件|份|%|％|dollars?\b|days?\b|square)"
)
_EXTENSION = r"(?:\s*(?:#|轉|分機|ext\.?)\s*\d{1,6})"
_HOUSE = r"\s*\d+\s*(?:[巷弄]\s*\d+\s*)*[號号](?:之\d+)?(?:\d+樓)?"
_POSTS = r"(?<=聯絡人|联系人|負責人|负责人|承辦人|担当者)"
_NOBODY = r"(?![\u4e00-\u9fff]*(?:公司|單位|機關))"
_YEAR = r"(?:(?:19|20)\d\d|1[0-4]\d|[6-9]\d)"

_SIGNS = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("kept_mark", MARK.pattern.replace(f"({_KINDS})", f"(?:{_KINDS})").replace(r"(\d{1,4})", r"\d{1,4}")),
            (LINK, r"https?://[^\s，。；、）)]+|www\.[^\s，。；、）)]+"),
            (MAIL, r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
            ("kept_date", rf"(?<![\d-]){_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}(?![\d]|[-./]\d)"),
            ("kept_sum", rf"(?:NT\$|新臺幣|新台幣|\$)\s*\d[\d,]*|(?<![\d-])\d[\d,]*(?:\.\d+)?\s*{_UNITS}"),
            (CASE, r"[A-Z]{2,4}-\d{7}-\d{4}"),
            (NUMBER, r"(?<![A-Za-z0-9])[A-Za-z][ -]?[A-Da-d1289](?:[ -]?\d){8}(?!\d)"),
            (PHONE, rf"(?:\+?886[-\s]?|\(?0)\d{{1,3}}\)?(?:[-\s]{{0,2}}\d){{5,8}}{_EXTENSION}?(?![-\s]?\d)"),
            (UBN, r"(?<![\d-])\d{8}(?![\d-])"),
            ("NUMBER_long", r"\+?\d(?:[ .#~-]{0,2}\d){5,}"),
            ("EXTENSION", r"(?:#|轉|分機)\s*\d{2,6}"),
            ("ACCOUNT", r"(?i:line\s*id|賴\s*id|line\s*[:：])\s*[:：]?\s*[\w.@-]{3,}"),
            (FIRM, rf"[\u4e00-\u9fffA-Za-z]{{2,12}}?{_LEGAL}"),
            ("FIRM_en", r"(?:[A-Z][\w&.-]*\s+){1,4}(?:Co\.?,?\s*Ltd|Inc|Corp|Ltd)\b\.?"),
            (ADDRESS, rf"[\u4e00-\u9fff]{{1,6}}(?:路|街|大道)(?:[一二三四五六七八九十\d]{{1,3}}段)?{_HOUSE}"),
            ("NAME_said", rf"(?<=我是|我叫|敝姓|姓名)[:：]?\s*[{SURNAMES}][\u4e00-\u9fff]{{1,2}}{_NOBODY}"),
            ("NAME_post", rf"{_POSTS}(?:是|為|は|[:：])\s*[\u4e00-\u9fff]{{2,4}}"),
            (NAME, rf"(?:[{SURNAMES}][\u4e00-\u9fff]{{0,2}}?|[\u4e00-\u9fff])(?={_TITLES})"),
            ("NAME_ja", r"[\u4e00-\u9fffァ-ヺー]{1,6}(?=さん|様|氏)"),
            ("NAME_en", r"(?<![A-Za-z])(?:Mr|Ms|Mrs|Miss|Dr)\.?\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*"),
            ("NAME_en_said", r"(?:(?i:(?<=my name is ))|(?i:(?<=this is )))[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*"),
        )
    )
)  # fmt: skip
"""What identifies somebody; ``kept_…`` is tried first: days, sums and quantities stay, or nothing could be answered."""
_SHORTEST = 2


class Placeholders:
    """The marks of one question. ``known``: kinds and values that the case itself knows: names, firm, telephones."""

    def __init__(self, known: Iterable[tuple[str, str | None]] = ()) -> None:
        self._marks: dict[str, str] = {}
        self._known: list[tuple[str, str]] = []
        for kind, value in known:
            for part in parts_of_name(value or "") if kind in {NAME, FIRM} else [(value or "").translate(WIDE).strip()]:
                if len(part) >= _SHORTEST:
                    self._known.append((kind, part))
        self._known.sort(key=lambda one: len(one[1]), reverse=True)

    @property
    def count(self) -> int:
        """How many different values were taken out."""
        return len(self._marks)

    def hide(self, text: str) -> str:
        """The text with marks for what identifies somebody; what only looks like a mark is one no more."""
        said = _LOOKS_LIKE_ONE.sub("［", text.translate(WIDE))
        for kind, value in self._known:
            parts = re.split(f"({re.escape(value)})", said, flags=re.IGNORECASE)
            said = "".join(self._mark(kind, part) if place % 2 else part for place, part in enumerate(parts))
        return _SIGNS.sub(self._sign, said)

    def restore(self, text: str) -> str:
        """The text with the values again; a mark that was never given is left as it is."""
        values = {mark: value for value, mark in self._marks.items()}
        return MARK.sub(lambda found: values.get(_written(found), found[0]), text)

    def strange(self, text: str) -> tuple[str, ...]:
        """Marks in a text that were never given."""
        given = set(self._marks.values())
        return tuple(mark for mark in marks_in(text) if mark not in given)

    def leaks(self, text: str) -> tuple[str, ...]:
        """What identifies somebody and stands in an answer without a mark: nobody told the model of it.

        ``text`` is the answer as it came. What stands openly in the sources is for the caller to compare.
        """
        found = [value for _kind, value in self._known if value.casefold() in text.casefold()]
        found += [value for value in self._marks if len(value) >= _SHORTEST and value in text and value not in found]
        plain = MARK.sub(" ", text.translate(WIDE))
        return tuple(dict.fromkeys((*found, *(value for _, value in _signs(plain)))))

    def _sign(self, found: re.Match[str]) -> str:
        name = str(found.lastgroup)
        if name.startswith("kept_"):
            return found[0]
        kind = {"EXTENSION": PHONE, "ACCOUNT": NUMBER}.get(name, name.partition("_")[0])
        value = found[0]
        lead = re.match(r"(?:是|為|は|[:：])?\s*", value)
        begins = lead.end() if kind == NAME and lead is not None else 0
        return value[:begins] + self._mark(kind, value[begins:])

    def _mark(self, kind: str, value: str) -> str:
        if value not in self._marks:
            number = sum(mark.startswith(f"[[{kind}_") for mark in self._marks.values()) + 1
            self._marks[value] = f"[[{kind}_{number}]]"
        return self._marks[value]


def marks_in(text: str) -> tuple[str, ...]:
    """The marks of a text, each as we write it, in order and as often as they stand there."""
    return tuple(_written(found) for found in MARK.finditer(text))


def _written(found: re.Match[str]) -> str:
    return f"[[{found[1]}_{int(found[2])}]]"


def _signs(text: str) -> Iterator[tuple[str, str]]:
    """What surely identifies somebody: telephones, addresses, numbers. Names are guesses; known ones are compared."""
    for found in _SIGNS.finditer(text):
        name = str(found.lastgroup)
        if name in {MAIL, PHONE, UBN, CASE, NUMBER, "NUMBER_long", ADDRESS, "ACCOUNT"}:
            yield name, found[0]
