"""What every answer carries, and which requests are refused as coming from elsewhere (ASVS 3.5)."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.security import SecurityMiddleware, same_site

BASE = "https://window.example"


def ask(method="GET", headers=None, *, base=BASE, **options):
    """One request through the middleware to a page that says ok."""

    async def fine(_request):
        return PlainTextResponse("ok")

    async def once():
        app = Starlette(routes=[Route("/", fine, methods=["GET", "POST", "PUT", "DELETE"])])
        transport = httpx.ASGITransport(SecurityMiddleware(app, base_url=base, **options))
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, "/", headers=headers)

    return asyncio.run(once())


SITES = [
    ({"sec-fetch-site": "same-origin"}, True), ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": "same-site"}, False), ({"sec-fetch-site": "none"}, False),
    ({"origin": BASE}, True), ({"origin": "https://evil.example"}, False), ({"origin": "null"}, False), ({}, False),
    ({"origin": "https://host.example", "host": "host.example"}, True),
    ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, True),
    ({"origin": BASE, "sec-fetch-site": "cross-site"}, False),
    ({"origin": "https://window.example.evil.example"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "ours"), SITES)
def test_where_a_request_comes_from(headers, ours):
    assert same_site(Headers(headers), BASE) is ours


REFUSED = [
    {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"cookie": "s=1"},
    {"cookie": "s=1", "authorization": "Basic dTpw"}, {"cookie": "s=1", "authorization": "Bearer "},
]  # fmt: skip


@pytest.mark.parametrize("headers", REFUSED)
def test_a_write_that_another_site_could_have_made_is_refused(headers):
    """S8: also without a cookie (signing somebody in as somebody else), also with credentials a browser repeats."""
    assert ask("POST", headers).json()["code"] == "cross_site"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_with_a_cookie_from_elsewhere_is_refused_with_a_problem(method):
    answer = ask(method, {"cookie": "s=1", "origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["x-content-type-options"] == "nosniff"


PASSES = [
    ("GET", {"cookie": "s=1", "origin": "https://evil.example"}), ("POST", {}),
    ("POST", {"cookie": "s=1", "sec-fetch-site": "same-origin"}),
    ("POST", {"cookie": "s=1", "authorization": "Bearer x"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "headers"), PASSES)
def test_what_is_not_refused(method, headers):
    assert ask(method, headers).status_code == 200


def test_every_answer_carries_the_headers():
    headers = ask().headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "same-origin"
    assert headers["strict-transport-security"].startswith("max-age=")


def test_plain_http_promises_no_https():
    assert "strict-transport-security" not in ask(base="http://127.0.0.1:8000").headers


def test_pages_are_framed_by_those_named_and_nobody_else():
    policy = ask(framed_by=("http://127.0.0.1:8081",)).headers["content-security-policy"]
    assert "frame-ancestors http://127.0.0.1:8081" in policy
