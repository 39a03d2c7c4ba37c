"""What the forms of a case's steps say, as the bodies of ``bot.web.case_steps`` have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from bot.web.fields import FirmBody
from routing.service.assist import using


class Fields(Protocol):
    """The fields of a form. Reading a wrong one raises Invalid with its name."""

    def text(self, name: str) -> str:
        """A field, empty if it is missing."""

    def optional(self, name: str) -> str | None:
        """A field, None if it is empty."""

    def number(self, name: str) -> int:
        """A whole number."""

    def day(self, name: str) -> date | None:
        """A day, None if it is empty."""

    def instant(self, name: str) -> datetime | None:
        """An instant, None if it is empty."""

    def chosen(self, name: str) -> list[int]:
        """The numbers of the boxes that were ticked: ``plot.12`` among fields named so."""


def reply_form(form: Fields) -> Mapping[str, Any]:
    """An answer. ``undo``: it waits, so that it can be taken back; ``close``: the case is closed with it."""
    optional = {name: form.optional(name) for name in ("via", "doc_no", "translation")}
    return {
        "text": form.text("text"),
        "at": form.instant("at"),
        "assistance": using.ids_of(form.text("assist")),
        "undo": form.text("undo") == "yes",
        "close": form.text("close") == "yes",
        **optional,
    }


def wait_form(form: Fields) -> Mapping[str, Any]:
    """What is missing, or asked of an agency."""
    until = form.day("until")
    return {"message": form.text("message"), "agency": form.optional("agency"),
            "until": until.isoformat() if until else None, "translation": form.optional("translation")}  # fmt: skip


def consult_form(form: Fields) -> Mapping[str, Any]:
    """Agencies and units stand in one list: ``agency:taipower``, ``unit:環安勞動科``."""
    kind, _, name = form.text("of").partition(":")
    until = form.day("expected_on")
    return {
        "agency": name if kind == "agency" else None, "unit": name if kind == "unit" else None,
        "question": form.text("question"), "expected_on": until.isoformat() if until else None,
        "consent": form.text("consent"), **{field: form.optional(field) for field in ("office", "details")},
    }  # fmt: skip


def kind_form(form: Fields) -> Mapping[str, Any]:
    """What the case is in law."""
    return {"kind": form.text("kind"), "filed_at": form.instant("filed_at"), "reason": form.text("reason")}


def assignment_form(form: Fields) -> Mapping[str, Any]:
    """To whom, and the right category where that was wrong."""
    return {"reason": form.text("reason")} | {name: form.optional(name) for name in ("assignee", "category", "topic")}


def category_form(form: Fields) -> Mapping[str, Any]:
    """The right category."""
    return {name: form.text(name) for name in ("category", "reason")} | {"topic": form.optional("topic")}


def extension_form(form: Fields) -> Mapping[str, Any]:
    """How many days, and the date that stood on the form."""
    return {
        "days": form.number("days"), "reason": form.text("reason"), "seen_due_on": form.day("seen_due_on"),
        **translated(form),
    }  # fmt: skip


def approval_form(form: Fields) -> Mapping[str, Any]:
    """The decision, and the date that stood on the form."""
    return {"approve": form.text("approve") == "yes", "note": form.text("note"), "seen_due_on": form.day("seen_due_on")}


def close_form(form: Fields) -> Mapping[str, Any]:
    """How the case ended."""
    said = texts("outcome", "summary", "into", "agency", "consultation", "extension")
    return {**said(form), **translated(form)}


def draft_form(form: Fields) -> Mapping[str, Any]:
    """An answer that another person approves."""
    optional = {name: form.optional(name) for name in ("outcome", "via", "doc_no", "translation")}
    # How it is given matters for a reply alone.
    optional |= {"via": None, "doc_no": None} if optional["outcome"] else {}
    return {"text": form.text("text"), "assistance": using.ids_of(form.text("assist")), **optional}


def correct_form(form: Fields) -> Mapping[str, Any]:
    """What is put right."""
    firm = FirmBody.model_construct(name=form.text("firm"), ubn=form.optional("ubn"))
    return {**texts("contact", "phone", "park", "subject")(form), "firm": firm}


def texts(*names: str) -> Callable[[Fields], Mapping[str, Any]]:
    """Fields that are plain text."""
    return lambda form: {name: form.text(name) for name in names}


def translated(form: Fields) -> Mapping[str, Any]:
    """The officer's own translation."""
    return {"translation": form.optional("translation")}
