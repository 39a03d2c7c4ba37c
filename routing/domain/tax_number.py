"""統一編號, the tax number of a firm: the same rule for chat, desk, API and import."""

from __future__ import annotations

import re
import unicodedata

from routing.domain.errors import Invalid

_UBN = re.compile("[0-9]{8}")
_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
_NONE = "00000000"
"""Its digits add up, and it is what people type for "none"."""


def valid_ubn(number: str) -> bool:
    """Whether eight digits are a 統一編號: weighted digit sum divisible by five (財政部, in force since 2023-04).

    The seventh digit 7 gives a product of 28, whose digits may count as 10 or as 1.
    """
    if not _UBN.fullmatch(number) or number == _NONE:
        return False
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(number, _WEIGHTS, strict=True))
    return total % 5 == 0 or (number[6] == "7" and (total - 9) % 5 == 0)


def numbers_in(text: str) -> list[str]:
    """The 統一編號 that a text names, in their order: eight digits that add up, also with blanks between them."""
    half = unicodedata.normalize("NFKC", text)
    found = re.findall(r"(?<!\d)(?:\d[ -]?){7}\d(?!\d)", half)
    numbers = (re.sub(r"[ -]", "", one) for one in found)
    return [number for number in dict.fromkeys(numbers) if valid_ubn(number)]


_FORMS = re.compile(r"股份有限公司|有限公司|股份|公司|企業社|工業社|商行|(?:co|inc|ltd|corp)\b\.?|[\s,.()「」-]+")


def same_firm(one: str, other: str) -> bool:
    """Whether two names may be one firm's: alike but for legal form, spelling, or one cut short (晴川, 晴川精密)."""
    short, long = sorted((_core(one), _core(other)), key=len)
    return bool(short) and long.startswith(short)


_LEGAL = re.compile(r"(?:股份有限公司|有限公司|公司|企業社|工業社|商行|行|廠)?$")


def masked_name(name: str) -> str:
    """A firm's name so far spelt out that its own people know it: 晴○○○股份有限公司, C○○○○."""
    name = unicodedata.normalize("NFKC", name).strip()
    end = _LEGAL.search(name)
    form = end.group() if end else ""
    own = name[: len(name) - len(form)] or name
    return f"{own[:1]}{'○' * max(len(own) - 1, 1)}{form if own != name or not form else ''}"


def _core(name: str) -> str:
    return _FORMS.sub("", unicodedata.normalize("NFKC", name).casefold().replace("臺", "台"))


def check_ubn(number: str, *, field: str) -> str:
    """The number itself.

    Raises:
        Invalid: it has not eight digits (a spreadsheet drops a zero at the beginning), or they do not add up.
    """
    if not _UBN.fullmatch(number):
        lost = "；若首位的 0 遺失，請補回" if re.fullmatch("[0-9]{7}", number) else ""
        raise Invalid(f"統一編號必須是 8 位數字{lost}。", field=field)
    if not valid_ubn(number):
        raise Invalid(f"統一編號「{number}」檢查碼不符，請確認。", field=field)
    return number


def check_firm(name: str | None, ubn: str | None) -> None:
    """A firm as it is named when a case is opened; digits in place of a name are meant as the number, as in the chat.

    Raises:
        Invalid: a number that is none.
    """
    if ubn is not None:
        check_ubn(ubn, field="firm.ubn")
    elif re.fullmatch("[0-9]{7,8}", (name or "").strip()):
        check_ubn((name or "").strip(), field="firm.name")
