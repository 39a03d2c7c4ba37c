"""What somebody hostile would type, the places where it can be typed, and what a page must not hold after it."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

_QUOTES = ("", "'", '"', "')", "'))", '")', "%' ", "x' ")
_TAILS = (
    " OR 1=1 --", " OR '1'='1", " OR 'x'='x' --", "; DROP TABLE service_case; --", " UNION SELECT NULL,NULL,NULL --",
    " UNION SELECT email,password_hash FROM staff --", " AND 1=CAST((SELECT version()) AS int) --", "/**/OR/**/1=1#",
    " AND (SELECT 1 FROM (SELECT pg_sleep(0))x)=1 --", "; UPDATE staff SET role='admin' --", "||(SELECT 1)||",
    " HAVING 1=1 --", " ORDER BY 99 --", " GROUP BY 1 --", " LIMIT 0 OFFSET 0 --", "; ATTACH DATABASE '/x' AS x; --",
    " AND randomblob(9)>0 --", "*/ OR 1=1 --", " RLIKE 1 --", " COLLATE NOCASE OR 1 --", " ESCAPE '\\' --",
    " IS NOT NULL --", " GLOB '*", " LIKE '%", " BETWEEN 'a' AND 'z", "; PRAGMA writable_schema=1; --",
)  # fmt: skip
SQL = tuple(quote + tail for quote in _QUOTES for tail in _TAILS)
"""More than two hundred; none of them is in any text that the tests enter."""

_CALLS = ("pwn()", "window.pwned=1", "top.pwned=1", "document.title='pwned'")
_SHAPES = (
    "<script>{}</script>", "</script><script>{}</script>", "<img src=x onerror={}>", '"><img src=x onerror={}>',
    "'><svg onload={}>", "<svg><script>{}</script></svg>", "<svg><animate onbegin={} attributeName=x dur=1s>",
    '<iframe srcdoc="<script>{}</script>">', '<a href="javascript:{}">x</a>', "javascript:{}",
    "JaVaScRiPt:{}", "data:text/html,<script>{}</script>", '" onmouseover="{}" x="', "' autofocus onfocus='{}' x='",
    "</textarea><script>{}</script>", "</title><script>{}</script>", "--><script>{}</script>", "]]><script>{}</script>",
    "<details open ontoggle={}>", '<math><mi xlink:href="javascript:{}">x</mi></math>', "<body onload={}>",
    '<form action="javascript:{}"><button>x', '<object data="javascript:{}">', '<base href="javascript:{}//">',
    "<input autofocus onfocus={}>", '<meta http-equiv=refresh content="0;url=javascript:{}">',
    "<video><source onerror={}>", "{{{{{}}}}}", "${{{}}}", "<%= {} %>", "</option></select><script>{}</script>",
)  # fmt: skip
XSS = (
    *(shape.format(call) for shape in _SHAPES for call in _CALLS),
    "{{7*7}}", "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}", "{{config}}",
    "{{request.app.state.runtime.settings.secret_key}}", "{{''.__class__}}", "#{7*7}",
    "&lt;script&gt;pwn()&lt;/script&gt;",
    '<div hx-get="/desk/sign-out" hx-trigger="load">', '<p hx-on::load="pwn()">', "<p data-hx-on:load='pwn()'>",
)  # fmt: skip

FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "=cmd|'/c calc'!A0", "\t=1+1", "\r=1+1",
)  # fmt: skip

_RUNS = {"iframe", "object", "embed", "svg", "math", "base", "video", "audio", "source", "applet", "frame", "animate"}
_ADDRESSES = {"href", "src", "action", "formaction", "data", "srcdoc", "poster", "xlink:href", "hx-get", "hx-post"}
_DRAWING = "data:image/svg+xml;base64,"
_METAS = {"viewport", "robots", "htmx-config", ""}


class Injected(HTMLParser):
    """What stands in a page that only an attack could have put there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _RUNS:
            self.found.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("<script>")
        if tag == "meta" and (given.get("name", "") not in _METAS or "http-equiv" in given):
            self.found.append(f"<meta {given}>")
        if tag == "img" and given.get("src", "").startswith(_DRAWING):
            drawing = Injected(b64decode(given.pop("src").removeprefix(_DRAWING)).decode())
            self.found += [what for what in drawing.found if what != "<svg>" and " style=" not in what]
        for name, value in given.items():
            if name.startswith(("on", "hx-on", "data-hx", "style")) or re.search(r"pwn\(|pwned", name):
                self.found.append(f"<{tag} {name}={value!r}>")
            if name in _ADDRESSES and urlsplit(value.strip()).scheme not in {"", "http", "https", "tel", "mailto"}:
                self.found.append(f"<{tag} {name}={value!r}>")
            if name in {"hx-get", "hx-post"} and not value.startswith("/desk/queue?"):
                self.found.append(f"<{tag} {name}={value!r}>")


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of everything that the application answers, as its routers have it."""
    found = []
    for context in iter_route_contexts(app.routes):
        methods = getattr(context, "methods", None) or {"GET"}
        found += [(method, context.path) for method in sorted(methods - {"HEAD"})]
    return found
