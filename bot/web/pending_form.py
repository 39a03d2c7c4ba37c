"""A form sent after the session had ended, carried through the sign-in page so that its text is not lost.

It travels in a hidden field of that page and is kept nowhere. Passwords are left out. After signing in the person sees
it and decides; nothing is sent on by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

FIELD = "unsent"
"""The hidden field's name."""

_NEVER = frozenset({"password", "current", "again", FIELD})
_HIDDEN = frozenset({"version", "id", "back", "via"})


@dataclass(frozen=True, slots=True)
class PendingForm:
    """A form as it was sent: where to, and its fields."""

    action: str
    fields: Mapping[str, str]

    def packed(self) -> str:
        """As text for the hidden field."""
        return json.dumps({"action": self.action, "fields": dict(self.fields)}, ensure_ascii=False)

    def words(self) -> list[str]:
        """What the person wrote, the longest first; a single word of ASCII is the code of a choice, or a date."""
        written = {
            value.strip()
            for name, value in self.fields.items()
            if name not in _HIDDEN and (not value.isascii() or len(value.split()) > 1)
        }
        return sorted(written, key=len, reverse=True)


def remember(request: Request, fields: Mapping[str, str]) -> None:
    """Keep a form's fields beside its request, for the case that nobody turns out to be signed in."""
    request.state.typed = fields


def of(request: Request) -> PendingForm | None:
    """What this request's form held, None if there was none."""
    typed: Mapping[str, str] = getattr(request.state, "typed", {})
    kept = {name: value for name, value in typed.items() if name not in _NEVER}
    return PendingForm(request.url.path, kept) if request.method == "POST" and kept else None


def unpacked(value: str) -> PendingForm | None:
    """What the hidden field holds; None if it is empty or not of ours."""
    try:
        read = json.loads(value) if value else {}
        action, fields = read["action"], read["fields"]
    except (ValueError, KeyError, TypeError):
        return None
    known = isinstance(fields, dict) and all(isinstance(text, str) for text in fields.values())
    ours = isinstance(action, str) and action.startswith("/desk/") and urlsplit(action).path == action
    return PendingForm(action, fields) if known and ours else None


def page_of(path: str) -> str:
    """The page from which a form is sent to ``path``: the path without its last word, and without a row's id."""
    parts = path.rstrip("/").split("/")[:-1]
    while len(parts) > 2 and parts[-1].isdigit():
        parts.pop()
    return "/".join(parts) if len(parts) > 1 else "/desk"
