"""From a case to an entry and back: the answer given becomes a draft, an entry becomes the words of a reply."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from knowledge.entries import FaqEntry
from knowledge.language.masking import bare, mask
from knowledge.language.text import detect_language
from routing.domain.permissions import Actor, require_team
from routing.service.knowledge_admin.corrections import names_in, teachable
from routing.store.cases import queries as case_store


def from_case(session: Session, actor: Actor, number: str) -> dict[str, Any]:
    """The beginnings of an entry: what the firm asked, masked, as phrasings; the last answer given, masked, as answer.

    Raises:
        NotFound: the case is missing or hidden. Forbidden: the person may not write it.
        StepNotAllowed: the case is confidential.
    """
    require_team(actor)
    row, said = teachable(session, actor, number, public=True)
    names = names_in(session, row)
    given = [
        message.text
        for message in case_store.messages(session, row.id)
        if message.direction == "out" and message.erased_at is None and message.text.strip()
    ]
    phrasings: dict[str, list[str]] = {}
    for _, text in said:
        if words := bare(text)[:120]:
            phrasings.setdefault(detect_language(words).group, []).append(words)
    return {
        "category": row.category, "topic": row.topic or "general", "unit": row.unit,
        "question": bare(mask(row.subject, names)), "answer": mask(given[-1], names) if given else "",
        "phrasings": phrasings,
    }  # fmt: skip


def as_reply(entry: FaqEntry, language: str) -> str:
    """An entry as the words of a reply, with its source and the date of its verification."""
    wording = entry.wording(language)
    parts = [wording.answer]
    chinese = language not in {"en", "ja"}
    if chinese and entry.details:
        parts.append(entry.details)
    if chinese and entry.prepare:
        parts.append(f"應備文件：{'、'.join(entry.prepare)}")
    source = {"en": "Source", "ja": "根拠"}.get(language, "依據")
    verified = {"en": "verified", "ja": "確認日"}.get(language, "查證日期")
    if entry.basis:
        laws = "；".join(basis.label for basis in entry.basis)
        links = [basis.url for basis in entry.basis if basis.url][:1]
        parts.append(
            f"{source}：{laws}（{verified} {entry.verified:%Y/%m/%d}）" + "".join(f"\n{link}" for link in links)
        )
    return "\n\n".join(parts)
