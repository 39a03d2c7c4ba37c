"""What a language model is asked for, and its answer as officers read it: each sentence with its sources and its gaps.

Texts are those with marks (knowledge.language.placeholders) until ``shown`` puts the values back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from routing.domain.assist import proof
from routing.domain.assist.proof import Claim
from routing.domain.errors import ModelError


class Use(StrEnum):
    """What an officer may ask a language model for."""

    REPLY = "reply"
    """草擬回復: an answer to the firm, each sentence from an entry or a message."""
    SUMMARY = "summary"
    """案情摘要: of a long case, for the officer alone."""
    TRANSLATION = "translation"
    """翻譯: of the officer's words for the firm, or of the firm's for the officer."""


class State(StrEnum):
    """What became of a question to the model."""

    ASKED = "asked"
    """Under way, or the process died meanwhile."""
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"
    """The switch was turned off before the answer came; it was not kept."""
    DISCARDED = "discarded"
    USED = "used"
    """An officer sent it, or had it approved, as changed."""


NO_SOURCE, UNKNOWN_SOURCE, PERSONAL = "no_source", "unknown_source", "personal"
UNPROVEN = "〔待查證〕"
"""What stands before a sentence without a proven source; nothing that holds it is sent."""
_SENTENCES, _LONGEST = 40, 600
_MOST_TEXT, _MOST_TRANSLATED, _MOST_KEPT = 4000, 2000, 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """Something that a sentence may cite: an entry, a message, or what the officer said."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. ``gaps``: what no source proves, as kind and the words; none: it is proven as far as code can."""

    text: str
    sources: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"text": self.text, "sources": list(self.sources), "gaps": [list(gap) for gap in self.gaps]}


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation. ``lost``: of the original, and not in it; ``added``: the other way round."""

    text: str
    lost: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"text": self.text, "lost": [list(one) for one in self.lost], "added": [list(one) for one in self.added]}


def sentences(content: str, sources: Sequence[Source], leaks: Callable[[str], Collection[str]]) -> list[Sentence]:
    """A model's answer, sentence by sentence, each held against what it cites. ``leaks``: openly written personal data.

    Raises:
        ModelError: there is nothing in it that could be read.
    """
    held = {source.id: proof.held_by(f"{source.label} {source.text}") for source in sources}
    found = [
        Sentence(part, cited, _gaps(part, cited, held, leaks))
        for text, cited in _read(content)
        for part in _split(text)
    ]  # fmt: skip
    if not found:
        raise ModelError("模型沒有給出可用的內容。", code="model_unreadable")
    room = _MOST_TEXT
    kept = []
    for one in found[:_SENTENCES]:
        room -= len(one.text) + len(UNPROVEN) + 1
        if room < 0:
            break
        kept.append(one)
    return kept


def _gaps(
    text: str, cited: tuple[str, ...], held: Mapping[str, proof.Held], leaks: Callable[[str], Collection[str]]
) -> tuple[tuple[str, str], ...]:
    known = [held[one] for one in cited if one in held]
    gaps = [(UNKNOWN_SOURCE, one) for one in cited if one not in held]
    if not known:
        gaps.append((NO_SOURCE, ""))
    gaps += [(claim.kind, claim.shown) for claim in proof.missing(text, known)]
    gaps += [(PERSONAL, word) for word in leaks(text) if not any(source.says(word) for source in known)]
    return tuple(dict.fromkeys(gaps))


def translation(content: str, original: str, leaks: Callable[[str], Collection[str]]) -> Translated:
    """A model's translation, held against its original. Raises ModelError: there is none in the answer."""
    found = _json(content)
    text = found.get("translation") if isinstance(found, dict) else None
    if not isinstance(text, str):
        text = "" if _meant_as_json(content) else _without_fences(content)
    text = _clean(text)[:_MOST_TRANSLATED].strip()
    if not text:
        raise ModelError("模型沒有給出可用的內容。", code="model_unreadable")
    lost, added = proof.differences(original, text)
    told = [(PERSONAL, word) for word in leaks(text) if word not in original]
    return Translated(text, _worded(lost), (*_worded(added), *told))


def _worded(found: Iterable[Claim]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((claim.kind, claim.shown) for claim in found))


def shown(one: Sentence, restore: Callable[[str], str]) -> Sentence:
    """A sentence with its values again; what identifies somebody and was never told to the model is struck out."""
    gaps = tuple((kind, "" if kind == PERSONAL else restore(word)) for kind, word in one.gaps)
    return replace(one, text=restore(_struck(one.text, one.gaps)), gaps=tuple(dict.fromkeys(gaps)))


def shown_translation(one: Translated, restore: Callable[[str], str]) -> Translated:
    """The same of a translation."""
    added = tuple((kind, "" if kind == PERSONAL else restore(word)) for kind, word in one.added)
    lost = tuple((kind, restore(word)) for kind, word in one.lost)
    return Translated(restore(_struck(one.text, one.added)), lost, tuple(dict.fromkeys(added)))


def _struck(text: str, gaps: Iterable[tuple[str, str]]) -> str:
    for word in sorted((word for kind, word in gaps if kind == PERSONAL), key=len, reverse=True):
        text = re.sub(re.escape(word), "〔已刪除〕", text, flags=re.IGNORECASE)
    return text


def as_text(found: Iterable[Sentence]) -> str:
    """Sentences as they are put into the reply: those without a proven source say so."""
    return "\n".join(f"{UNPROVEN if one.gaps else ''}{one.text}" for one in found)


_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*(?:```|$)", re.DOTALL)
_OBJECT = re.compile(r'\{\s*"text"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"sources"\s*:\s*\[[^\[\]{}]*\]\s*\}')
_END = re.compile(r"(?<=[。！？!?])(?![」』）)])|(?<=[a-z0-9)]\.)\s+(?=[A-Z])|\n+")


def _read(content: str) -> list[tuple[str, tuple[str, ...]]]:
    """Sentences and what they cite: by the schema, else what of it can be saved, else plain words without source."""
    found = _json(content)
    rows = found.get("sentences") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        rows = [json.loads(part) for part in _OBJECT.findall(content) if _is_json(part)]
        if not rows and not _meant_as_json(content):
            return [(_clean(_without_fences(content)), ())]
    said = [row for row in rows if isinstance(row, dict) and isinstance(row.get("text"), str)]
    return [(_clean(row["text"]), _cited(row.get("sources"))) for row in said]


def _cited(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(str(one)[:80] for one in value[:8] if isinstance(one, str | int)))


def _json(content: str) -> Any:
    text = _THOUGHT.sub("", content).strip()
    for part in (text, *_FENCE.findall(text), text[text.find("{") : text.rfind("}") + 1]):
        if _is_json(part):
            return json.loads(part)
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _meant_as_json(content: str) -> bool:
    """An answer that began well and broke off is no text for people."""
    text = _without_fences(content).lstrip()
    return text.startswith(("{", "[")) or '"sources"' in text or '"translation"' in text


def _without_fences(content: str) -> str:
    text = _THOUGHT.sub("", content).strip()
    fenced = _FENCE.fullmatch(text)
    return fenced[1] if fenced else text


def storable(said: str) -> str:
    """A model's answer as it is kept: at most so much of it, and nothing that no database can hold."""
    return _clean(said[:_MOST_KEPT])


def _clean(text: str) -> str:
    """Without signs that no page shows; half of a surrogate pair is none that is printable."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")


def _split(text: str) -> list[str]:
    return [part.strip()[:_LONGEST] for part in _END.split(text) if part and part.strip()]
