"""What a firm says during a wait on it: a piece of what was asked for, that all is there, or that it takes time.

Compared folded, so Simplified and Traditional Chinese are alike.
"""

# ruff: noqa: E501 - word lists are read as lists, not as lines
from __future__ import annotations

import re

from knowledge.language.text import fold

_ALL = re.compile(
    fold(
        r"(?:都|全部?|通通|皆已?|已經?|資料)(?:都|已經?|全部?)?(?:給|補|附|傳|寄|交|送|上傳|提供)(?:齊|完|好|上|過去|過|出)?(?:去)?了|補齊|補完了|齊了|備齊|"
        r"^就(?:這|那)些(?:了)?$|^(?:以上|這樣)(?:就)?(?:是全部|全部)|^沒有(?:其他|別的)?(?:了|要補的)|全部在(?:這|此)|"
        r"\b(?:that'?s|that is|this is|these are) (?:all|everything)|\b(?:all|everything) (?:is |has been )?(?:sent|attached|provided|there)\b|"
        r"\bnothing (?:more|else) to (?:send|add)|^以上です|これで(?:全部|すべて)|すべて(?:送|提出)|揃いました"
    )
)
_NOT_ALL = re.compile(fold(r"還(?:缺|少|差|沒|有)|尚(?:缺|未)|嗎|[?？]|\bnot (?:all|everything)\b|まだ"))
_LATER = re.compile(
    fold(
        r"等(?:我|一下|等|會)|稍等|稍後|待會|晚點|晚一點|再問|問一下|問問|確認一下|查一下|再補|再傳|再給|再附|再送|會補|會傳|會給|會送|會附|準備中|還在(?:準備|找|等)|"
        r"(?:明|後)天|(?:下|這)(?:個)?(?:週|周|星期|禮拜|月)|盡快|儘快|馬上|收到通知|了解|知道了|"
        r"\b(?:later|tomorrow|next week|soon|let me (?:check|ask)|i(?:'ll| will)|we(?:'ll| will)|one moment|just a (?:moment|minute|second)|hold on|working on)\b|"
        r"後で|後ほど|明日|来週|お待ち|少々|確認します|準備中"
    )
)
_DATA = re.compile(r"\d{2,}|號|段|樓|棟|股份|有限|如下|[:：]|附上|附件|檢附")
_SHORT = 10
"""Characters of what says that all is there and nothing else."""


def says_all(text: str) -> bool:
    """Whether words say that everything asked for has been sent."""
    text = fold(text.strip())
    return bool(_ALL.search(text)) and not _NOT_ALL.search(text) and not (_LATER.search(text) and "已" not in text)


def only_says_all(text: str) -> bool:
    """Whether that is all they say: they are no piece themselves."""
    bare = re.sub(r"[\W_]+", "", text)
    longest = 4 * _SHORT if bare.isascii() else _SHORT
    return says_all(text) and len(bare) <= longest


def is_piece(text: str, *, question: bool) -> bool:
    """Whether words during a wait are something of what was asked for: no question, and no word that it takes time."""
    if question or only_says_all(text):
        return False
    return not _LATER.search(fold(text.strip())) or bool(_DATA.search(text))
