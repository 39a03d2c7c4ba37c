"""What a file is, by its content alone: one of the types that are taken, or a reason why it is not kept.

Names and what a browser or a channel says of a type are no evidence. A file must begin as its type begins, be whole,
and be nothing else besides: what two programs would read as two things is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from routing.domain.files import MOST_BYTES, PICTURES, FileRefused, FileTooLarge, Problem, Sent, clean_name, is_csv
from routing.service.files import packages, pictures

_BEGINS = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"%PDF-", "application/pdf"), (b"ID3", "audio/mpeg"), (b"PK\x03\x04", "zip"),
)  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic", b"heis": "image/heic", b"mif1": "image/heic",
    b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"isom": "video/mp4", b"iso2": "video/mp4",
    b"iso4": "video/mp4", b"iso5": "video/mp4", b"iso6": "video/mp4", b"mp41": "video/mp4", b"mp42": "video/mp4",
    b"avc1": "video/mp4", b"M4V ": "video/mp4", b"MSNV": "video/mp4", b"dash": "video/mp4", b"3gp4": "video/mp4",
    b"3gp5": "video/mp4", b"3gp6": "video/mp4",
}  # fmt: skip
"""The major brand of an ISO media file (ISO/IEC 14496-12, section 4.3)."""
_PDF_WITHIN = 1024
"""Bytes within which readers look for the beginning of a PDF."""
_PDF_END = 2048
_RUNS_PROGRAMS = re.compile(rb"/(Launch|RichMedia)\b")
_MARKUP = re.compile(r"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|meta|\?xml)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept: its type, and its name as it is shown."""

    content_type: str
    name: str


def inspect(sent: Sent, *, voice: bool = False) -> Inspected:
    """What a file is. ``voice``: it came as a voice message; its container may look like a video's.

    Raises:
        FileTooLarge: it is larger than 20 MiB. FileRefused: it is bad or dangerous.
    """
    if not sent.body:
        raise FileRefused(Problem.EMPTY)
    if len(sent.body) > MOST_BYTES:
        raise FileTooLarge
    kind = _kind(sent)
    if kind in PICTURES:
        pictures.check(sent.body, kind)
    elif kind == "application/pdf":
        _check_pdf(sent.body)
    elif kind == "zip":
        kind = packages.type_of(sent.body)
    if kind == "video/mp4" and voice:
        kind = "audio/mp4"
    _check_single(sent.body, kind)
    return Inspected(kind, clean_name(sent.name, kind))


def _kind(sent: Sent) -> str:
    body = sent.body
    for begin, kind in _BEGINS:
        if body.startswith(begin):
            return kind
    if body[:4] == b"RIFF" and body[8:12] in _RIFF:
        return _RIFF[body[8:12]]
    if body[4:8] == b"ftyp" and body[8:12] in _BRANDS:
        return _BRANDS[body[8:12]]
    if _is_mp3(body):
        return "audio/mpeg"
    return _text(sent)


def _is_mp3(body: bytes) -> bool:
    """Whether it begins with a frame of MPEG audio, layer III (ISO/IEC 11172-3, section 2.4.1.3)."""
    if len(body) < 4 or body[0] != 0xFF or body[1] & 0xE6 != 0xE2:
        return False
    return body[2] >> 4 not in {0, 15} and (body[2] >> 2) & 3 != 3


def _text(sent: Sent) -> str:
    """Plain text in the encodings that offices write; nothing that a browser would take for a page."""
    encodings = ("utf-16",) if sent.body[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp950")
    for encoding in encodings:
        try:
            text = sent.body.decode(encoding)
        except ValueError:
            continue
        if _CONTROL.search(text) or text.startswith("#!") or _MARKUP.search(text):
            break
        return "text/csv" if is_csv(sent.name) else "text/plain"
    raise FileRefused(Problem.TYPE)


def _check_pdf(body: bytes) -> None:
    if b"%%EOF" not in body[-_PDF_END:]:
        raise FileRefused(Problem.BROKEN)
    if _RUNS_PROGRAMS.search(body):
        raise FileRefused(Problem.MACRO)


def _check_single(body: bytes, kind: str) -> None:
    archive = kind.startswith("application/vnd.")
    if not archive and packages.holds_archive(body):
        raise FileRefused(Problem.MIXED)
    if kind != "application/pdf" and not kind.startswith("text/") and b"%PDF-" in body[:_PDF_WITHIN]:
        raise FileRefused(Problem.MIXED)
