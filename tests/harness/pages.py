"""A visitor of the desk without JavaScript: reads pages, fills in the forms that stand on them, follows redirects.

Also the house rules of every page, checked on the HTML itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from bot.web.unit_of_work import cookie_name
from routing.service.accounts import authentication
from routing.store.accounts import queries as account_store
from tests.harness.cast import email
from tests.harness.service import Service

_VOID = {"meta", "link", "input", "img", "br", "wbr", "hr", "col"}


@dataclass(slots=True)
class FormOnPage:
    """A form as a browser would send it if nothing were typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    """What each select offers."""


_OF_PROGRAMS = re.compile(
    r"<(?:bound method|function|built-in) [^>]{0,60}|<[\w.]+ object at |\bdatetime\.date(?:time)?\("
)
"""What Python makes of a value that no template was told how to show."""


class Outline(HTMLParser):
    """A page's text, headings, forms and faults."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.lang = ""
        self.h1: list[str] = []
        self.forms: list[FormOnPage] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self._select: tuple[str, bool] | None = None
        self._area: str | None = None
        self._labels: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        self._find_faults(tag, given)
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "h1":
            self.h1.append("")
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append(FormOnPage(given.get("action", ""), given.get("method", "get")))
        elif self.forms:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        if tag == "input" and name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            form.fields[name] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""
        elif tag == "select":
            self._select = (name, False)
            form.choices[name] = []
        elif tag == "option" and self._select:
            name, chosen = self._select
            value = given.get("value")
            form.choices[name].append(value if value is not None else "")
            if "selected" in given or (not chosen and name not in form.fields):
                form.fields[name] = value or ""
                self._select = (name, "selected" in given)

    def _find_faults(self, tag: str, given: dict[str, str]) -> None:
        for name in given:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"{tag} has {name}")
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline {tag}")
        if tag == "img" and "alt" not in given:
            self.faults.append("image without alt")
        if tag == "th" and "scope" not in given:
            self.faults.append("th without scope")
        shown = tag in {"select", "textarea"} or (tag == "input" and given.get("type") != "hidden")
        if shown and "label" not in self._open and "aria-label" not in given:
            self.faults.append(f"{tag} {given.get('name')} without a label")
        if tag == "form" and "form" in self._open[:-1]:
            self.faults.append("form within a form")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None
        if tag in _VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
            if tag not in self._open:
                return
            while self._open[-1] != tag:
                self._open.pop()
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._area is not None and self.forms:
            self.forms[-1].fields[self._area] += data
        if self._open and self._open[-1] in {"script", "style"}:
            return
        if "h1" in self._open:
            self.h1[-1] += data
        self.text += data

    def broken_rules(self) -> list[str]:
        """What every page must be and this one is not."""
        found = list(self.faults)
        if len(self.h1) != 1:
            found.append(f"{len(self.h1)} h1")
        if self.lang != "zh-Hant-TW":
            found.append(f"lang {self.lang!r}")
        if "main" not in self.ids or "#main" not in self.links:
            found.append("no way past the navigation")
        found += sorted(f"id {name} twice" for name in set(self.ids) if self.ids.count(name) > 1)
        found += [f"not meant for people: {words}" for words in _OF_PROGRAMS.findall(self.text)]
        return found


@dataclass(slots=True)
class Page:
    """An answer as a person sees it."""

    answer: httpx.Response

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.raw_path.decode()

    @property
    def html(self) -> str:
        return self.answer.text

    @property
    def outline(self) -> Outline:
        return Outline(self.html)

    @property
    def text(self) -> str:
        return self.outline.text

    def form(self, action: str, *fields: str) -> FormOnPage:
        """The form whose address ends so; of several the first that has all these fields, or else the first."""
        found = [form for form in self.outline.forms if form.action.endswith(action)]
        assert found, f"no form {action} among {[form.action for form in self.outline.forms]}"
        return next((form for form in found if set(fields) <= form.fields.keys()), found[0])

    def offers(self, action: str) -> bool:
        """Whether there is such a form."""
        return any(form.action.endswith(action) for form in self.outline.forms)


class Visitor:
    """One person's browser with scripts turned off."""

    def __init__(self, service: Service, who: str | None = None) -> None:
        self.service = service
        self.cookies: dict[str, str] = {}
        if who is not None:
            with service.runtime.database.writing() as session:
                staff = account_store.staff_by_email(session, email(who))
                assert staff is not None
                self.cookies[cookie_name(service.runtime)] = authentication.begin_session(
                    session, staff, now=service.now
                )

    def ask(self, method: str, path: str, *, follow: bool = True, **given: Any) -> Page:
        """A request with this browser's cookies; redirects are followed unless told otherwise."""
        headers = {"Origin": "http://127.0.0.1:8000", **given.pop("headers", {})}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.service.ask(method, path, headers=headers, **given)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        if follow and answer.status_code in {302, 303}:
            return self.ask("GET", answer.headers["location"])
        return Page(answer)

    def get(self, path: str, **given: Any) -> Page:
        """Open a page."""
        return self.ask("GET", path, **given)

    def send(self, page: Page, action: str, **typed: str) -> Page:
        """Fill in a form that stands on a page and send it."""
        form = page.form(action, *typed)
        for name, options in form.choices.items():
            assert name not in typed or typed[name] in options or "" in options, f"{name} does not offer {typed[name]}"
        unknown = typed.keys() - form.fields.keys() - {"approve"} - {n for n in typed if n.startswith("category-")}
        assert not unknown, f"the form has no {unknown}"
        data = {**form.fields, **typed}
        if form.method == "post":
            return self.ask("POST", form.action, data=data)
        return self.ask("GET", form.action, params=data)

    def step(self, number: str, name: str, **typed: str) -> Page:
        """Open a case and take a step on its page."""
        return self.send(self.get(f"/desk/cases/{number}"), f"/{name}", **typed)
