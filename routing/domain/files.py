"""Files of cases: what is taken, what they are called, where one stands, and what is said of one that is not taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from routing.domain.errors import Invalid

MOST_BYTES = 20 * 1024 * 1024
"""Of one file, by whichever door it comes (contract §9)."""
MOST_AT_ONCE = 5
"""Files with one message; a card holds no more links that can be read."""
LINK_DAYS = 7
"""For which the firm's link to a file is good."""
LINK_LENGTH = timedelta(days=LINK_DAYS)
_LONGEST_NAME = 120
_LONGEST_TOLD = 60

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What a browser may show, and what thumbnails are made of; everything else is only ever saved."""

ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt", "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "text/plain": "txt", "text/csv": "csv",
    "video/mp4": "mp4", "video/quicktime": "mov", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/wav": "wav",
}  # fmt: skip
"""Every type that is taken, with the ending its names have."""
_SAME = {"jpeg": "jpg", "jfif": "jpg", "heif": "heic", "text": "txt", "log": "txt", "m4v": "mp4", "wave": "wav"}
_RUNS = frozenset({
    "exe", "com", "scr", "pif", "bat", "cmd", "msi", "msp", "dll", "cpl", "jar", "js", "jse", "vbs", "vbe",
    "wsf", "wsh", "ps1", "psm1", "sh", "hta", "html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg", "svgz",
    "xml", "xsl", "lnk", "url", "reg", "inf", "scf", "iso", "img", "vhd", "apk", "dmg", "app", "docm", "dotm",
    "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam", "php", "asp", "aspx", "jsp", "py", "chm",
    "one", "swf",
})  # fmt: skip
"""Endings by which a system runs what it opens. Refused wherever they stand in a name, last or not (``a.exe.pdf``)."""


class FileState(StrEnum):
    """Where a file stands."""

    PENDING = "pending"
    """To be fetched from the channel."""
    MOVING = "moving"
    """Still in the database, from before files had a place of their own."""
    CHECKING = "checking"
    """Here, and not yet shown: it is to be searched for viruses."""
    STORED = "stored"
    """Here, and shown."""
    REFUSED = "refused"
    """Not kept: bad or dangerous."""
    GONE = "gone"
    """It could not be fetched."""
    SEALED = "sealed"
    """Of a message of a case that was taken back: kept for an administrator with a reason."""
    ERASED = "erased"
    """Taken back, or past its period."""


class Problem(StrEnum):
    """Why a file is not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TYPE = "type"
    NAME = "name"
    BROKEN = "broken"
    PIXELS = "pixels"
    MACRO = "macro"
    PACKED = "packed"
    LOCKED = "locked"
    MIXED = "mixed"
    VIRUS = "virus"
    GONE = "gone"
    """The channel no longer has it."""
    ELSEWHERE = "elsewhere"
    """The message only names an address of somebody else's."""


SAID: Mapping[Problem, str] = {
    Problem.EMPTY: "檔案是空的。",
    Problem.TOO_LARGE: f"檔案超過 {MOST_BYTES // 1024 // 1024} MB；請縮小或分成數個檔案。",
    Problem.TYPE: "不接受這種檔案；請改用 PDF、圖片、docx、xlsx、pptx、ODF、文字檔、影片或語音檔。",
    Problem.NAME: "檔名屬於可執行的程式或網頁，不接受。",
    Problem.BROKEN: "檔案不完整或已損壞，無法開啟；請重新存檔後再試。",
    Problem.PIXELS: "圖片尺寸過大；請縮小後再試。",
    Problem.MACRO: "檔案含有巨集或可執行的內容，不接受；請另存為不含巨集的格式或 PDF。",
    Problem.PACKED: "檔案解開後過大，不接受。",
    Problem.LOCKED: "檔案有密碼保護，無法檢查；請解除密碼後再試。",
    Problem.MIXED: "檔案同時是兩種格式，無法判定其內容，不接受。",
    Problem.VIRUS: "防毒檢查發現惡意程式，檔案已刪除。",
    Problem.GONE: "檔案已無法取得，請廠商重新傳送。",
    Problem.ELSEWHERE: "檔案存放於其他網站，未予下載；請廠商直接在聊天室傳送。",
}
"""What staff read about it."""


class FileRefused(Invalid):
    """A file is bad or dangerous; ``problem`` says how, ``name`` which of several, as it was sent."""

    code = "file_refused"

    def __init__(self, problem: Problem, name: str | None = None) -> None:
        shown = _shown(name)[:_LONGEST_TOLD] if name else ""
        super().__init__(f"「{shown}」：{SAID[problem]}" if shown else SAID[problem], field="file")
        self.problem = problem


class FileTooLarge(FileRefused):
    """A file is larger than any door takes."""

    code = "file_too_large"

    def __init__(self, name: str | None = None) -> None:
        super().__init__(Problem.TOO_LARGE, name)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as somebody sent it: its bytes and the name they gave it."""

    body: bytes
    name: str | None = None


_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]")
_NEVER = re.compile(r'[<>:"|?*\\/]')


def clean_name(name: str | None, content_type: str) -> str:
    """A name that is safe to show and to save under: one part, no signs that hide or turn it, its type's ending.

    Raises:
        FileRefused: an ending in it is that of a program or a page.
    """
    shown = _shown(name or "")
    endings = [part.strip().casefold() for part in shown.split(".")[1:]]
    if any(ending in _RUNS for ending in endings):
        raise FileRefused(Problem.NAME)
    ending = ENDINGS[content_type]
    stem = shown
    if endings and (known(endings[-1]) or len(endings[-1]) <= 4):
        stem = shown.rpartition(".")[0]
    kept = endings[-1] if endings and _SAME.get(endings[-1], endings[-1]) == ending else ending
    return f"{stem.strip(' .')[: _LONGEST_NAME - len(kept) - 1] or 'file'}.{kept}"


def _shown(name: str) -> str:
    """The last part of a name, without signs that hide or turn it."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    return _NEVER.sub("_", _UNSEEN.sub("", last)).strip(" .")


def known(ending: str) -> bool:
    """Whether an ending is that of a type that is taken."""
    return _SAME.get(ending, ending) in ENDINGS.values()


def is_csv(name: str | None) -> bool:
    """Whether a text calls itself a table."""
    return (name or "").casefold().endswith(".csv")


def size_shown(size: int | None) -> str:
    """A size as people read it; empty if it is not known."""
    if size is None:
        return ""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{-(-size // 1024)} KB"
