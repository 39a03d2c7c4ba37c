"""Answers that another person approves before they are sent (陳核): who may, when one is needed, and what was changed.

Pure. Texts are kept in rows, events name them by id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from routing.domain.permissions import Actor, Permission, may

DECLINED = "declined"
OUTCOMES = (DECLINED,)
"""Closes that a draft may be the answer to; without one it is a reply."""


def may_approve(actor: Actor) -> bool:
    """Leaders, and whoever stands in for one today."""
    roles = {actor.role, *actor.stands_in_as}
    return any(may(role, Permission.APPROVE_ANSWERS) for role in roles)


def needed(kind: str, outcome: str | None, chosen: Collection[str]) -> bool:
    """Whether the branch has an answer approved first. ``chosen``: kinds of cases, and ``declined`` for refusals.

    A case is otherwise closed without approval: what its firm is told then was answered before.
    """
    return DECLINED in chosen or kind in chosen if outcome == DECLINED else outcome is None and kind in chosen


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a changed text: ``kind`` is ``same``, ``out`` (taken away) or ``new``."""

    kind: str
    text: str


_CLAUSE = re.compile(r"[^。！？；，、\n]*[。！？；，、\n]?")
_FINE = 400
"""Characters up to which a changed passage is compared letter by letter."""


def changes(before: str, after: str) -> tuple[Part, ...]:
    """What was changed, clause by clause, and within a changed passage letter by letter."""
    return tuple(_joined(_compared(_clauses(before), _clauses(after), fine=True)))


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSE.findall(text) if clause]


def _compared(before: list[str], after: list[str], *, fine: bool) -> Iterator[Part]:
    for tag, one, two, three, four in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = "".join(before[one:two]), "".join(after[three:four])
        if tag == "equal":
            yield Part("same", old)
        elif fine and old and new and len(old) + len(new) <= _FINE:
            yield from _compared(list(old), list(new), fine=False)
        else:
            yield from (part for part in (Part("out", old), Part("new", new)) if part.text)


def _joined(parts: Iterator[Part]) -> Iterator[Part]:
    last: Part | None = None
    for part in parts:
        if last is not None and last.kind == part.kind:
            last = Part(last.kind, last.text + part.text)
            continue
        if last is not None:
            yield last
        last = part
    if last is not None:
        yield last
