"""Makes what identifies somebody unreadable in a text.

Two readers, so two measures over the same signs:

- ``mask`` for colleagues (lists of the desk, drafts): only what surely identifies, and the names of the case; figures
  of the question (12000 平方公尺, 契約容量 1500 瓩) stay, or the text says nothing any more.
- ``mask_for_outside`` for a service outside the office: rather too much than too little, names unknown.

Health, criminal record and identity numbers are hidden earlier, before a text is stored at all (sensitive.py).
"""

import re
import unicodedata
from collections.abc import Iterable

_Changes = tuple[tuple[re.Pattern[str], str], ...]

_SURE: _Changes = (
    (re.compile(r"https?://\S+|www\.\S+"), "〔網址〕"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "〔電子郵件〕"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z][1289]\d{8}(?!\d)"), "〔身分證號〕"),
    (re.compile(r"(?i)(?:line\s*id|賴\s*id)\s*[:：]?\s*[\w.-]{3,}"), "〔帳號〕"),
    (re.compile(r"(?i:\bline\s*[:：])\s*[\w.@-]+"), "〔帳號〕"),
)
"""What identifies whoever reads it."""

_FOR_COLLEAGUES: _Changes = (
    *_SURE,
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

_FOR_OUTSIDE: _Changes = (
    *_SURE,
    # Phones, tax numbers, accounts: six digits or more, however they are broken up.
    (re.compile(r"\+?\(?\d(?:[\s().#~-]{0,2}\d){5,}(?:\s*(?:轉|分機|ext\.?)\s*\d+)?", re.IGNORECASE), "〔號碼〕"),
    (
        re.compile(
            r"[\u4e00-\u9fff]{1,4}(?:先生|小姐|女士|經理|課長|主任|協理|廠長|副理|組長|老闆|董事長|總經理|会长|经理)"
        ),
        "〔姓名〕",
    ),
    (re.compile(r"[\u4e00-\u9fffァ-ヺー]{1,6}(?:さん|様|氏)"), "〔姓名〕"),
    (
        re.compile(
            r"(?:我是|我叫|敝姓|姓名|聯絡人|联系人|負責人|负责人|承辦人|名字|名前|氏名|担当者)(?:是|叫|為|は|[:：])?\s*"
            r"[\u4e00-\u9fff]{2,4}"
        ),
        "〔姓名〕",
    ),
    (re.compile(r"\b(?:Mr|Ms|Mrs|Miss|Dr)\.?\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*"), "〔姓名〕"),
    (re.compile(r"\b(?i:my name is|i am|i'm|this is)\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*"), "〔姓名〕"),
    (re.compile(r"[\u4e00-\u9fffA-Za-z]{2,12}(?:股份有限公司|有限公司|企業社|工業社|株式会社)"), "〔公司〕"),
    (
        re.compile(r"[\u4e00-\u9fff]{1,6}(?:路|街|大道)(?:[\u4e00-\u9fff\d]{0,6}段)?\s*\d+\s*(?:巷|弄|號|号)\S{0,8}"),
        "〔地址〕",
    ),
)

WIDE = str.maketrans("０１２３４５６７８９－（）＃＠．", "0123456789-()#@.")
_TITLES = "先生|小姐|女士|經理|課長|廠長|主任|組長|協理|專員"
SURNAMES = (
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈"
    "余盧梁趙顏柯翁魏孫戴范宋鄧杜傅侯曹薛丁卓阮董溫唐藍蔣紀姚馮歐程湯田康姜汪尤巫黎涂龔"
)
_NAMED = (
    re.compile(rf"(?<=我是|我姓|敝姓|我叫|名叫)[\u4e00-\u9fff]{{1,3}}(?={_TITLES})"),
    re.compile(rf"[{SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?=先生|小姐|女士)"),
)
_FIRM_ENDS = re.compile(
    r"(股份有限公司|有限公司|股份公司|企業社|工廠|公司|\s+Co\.?,?\s*Ltd\.?|\s+Inc\.?)$", re.IGNORECASE
)


def mask(text: str, names: Iterable[str | None] = ()) -> str:
    """A text without telephone numbers, e-mail addresses, ids, 統一編號, case numbers and the ``names`` given.

    A firm's name is also hidden without its legal form (晴川精密 for 晴川精密有限公司).
    """
    said = text.translate(WIDE)
    for pattern, instead in _FOR_COLLEAGUES:
        said = pattern.sub(instead, said)
    said = without_names(said, names)
    for pattern in _NAMED:
        said = pattern.sub("〔姓名〕", said)
    return said.strip()


def without_names(text: str, names: Iterable[str | None]) -> str:
    """A text without these names and numbers, which are known to identify somebody."""
    said = text
    hidden = {part for name in names if name for part in parts_of_name(name)}
    for part in sorted(hidden, key=len, reverse=True):
        said = re.sub(re.escape(part), "〔名稱〕", said, flags=re.IGNORECASE)
    return said


def parts_of_name(name: str) -> list[str]:
    """A name whole and, of a firm, without its legal form; nothing that is too short to be told from other words."""
    full = name.translate(WIDE).strip()
    short = _FIRM_ENDS.sub("", full).strip()
    return [part for part in (full, short) if len(part) >= 2 and not part.isdigit()]


def bare(text: str) -> str:
    """A masked text without the marks, as it is compared."""
    return " ".join(re.sub(r"〔[^〕]*〕", " ", text).split())


def mask_for_outside(text: str) -> str:
    """The text with everything that looks like personal data replaced; rather too much than too little."""
    said = unicodedata.normalize("NFKC", text)
    for pattern, instead in _FOR_OUTSIDE:
        said = pattern.sub(instead, said)
    return said
