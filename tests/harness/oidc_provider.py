"""An OpenID Connect provider over HTTP, with real keys: as strict as the standard, unless a test has it lie.

``lies`` changes the next id_token's claims (None takes one out); ``people`` are who is signed in there, by what the
authorization request is answered with. A code is good once, for its own redirect address, client and PKCE verifier.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.harness import local_http
from tests.harness.http_server import Quiet, answering

CLIENT, SECRET = "onestop", "a-secret-for-the-two-of-us"
BACK = "http://127.0.0.1:8000/desk/sign-in/oidc/back"


@cache
def rsa(name: str) -> RSAKey:
    """A key by its name; they take a while to make."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """A provider. ``now`` is its clock. What it was asked: ``asked``, in order, by path."""

    url: str
    now: Callable[[], datetime]
    key: str = "first"
    published: list[str] = field(default_factory=lambda: ["first"])
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    drips: float = 0.0
    back: str = BACK
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def person(self, email: str, **claims: Any) -> None:
        """Who is signed in there from now on."""
        self.claims = {"sub": f"sub-{email}", "email": email, "email_verified": True, **claims}

    def said(self) -> dict[str, Any]:
        """Its description."""
        ends = ("authorization", "authorize"), ("token", "token"), ("userinfo", "userinfo"), ("end_session", "out")
        return {
            "issuer": self.url, "jwks_uri": f"{self.url}/keys",
            **{f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends},
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["client_secret_basic"], **self.metadata,
        }  # fmt: skip

    def visit(self, address: str) -> str:
        """What a browser does there that is signed in already: the address that it is led back to."""
        answer = local_http.get(address)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def authorize(self, query: dict[str, str]) -> str:
        assert query["client_id"] == CLIENT
        assert query["redirect_uri"] == self.back
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        assert "openid" in query["scope"].split()
        code = uuid4().hex
        self.codes[code] = query
        return f"{self.back}?{urlencode({'code': code, 'state': query['state'], 'iss': self.url})}"

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        query = self.codes.pop(form.get("code", ""), None)
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        drawn = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(drawn).decode().rstrip("=")
        if query is None or form.get("redirect_uri") != self.back or challenge != query["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        access, at = uuid4().hex, int(self.now().timestamp())
        half = base64.urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).decode().rstrip("=")
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": query["nonce"], "at_hash": half,
            **self.claims, **self.lies,
        }  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": self.signed(kept)}

    def signed(self, claims: dict[str, Any]) -> str:
        """A token by its present key and algorithm."""
        if self.algorithm in {"none", "HS256"}:
            # HS256: by a public key as if it were a shared secret, which confuses who lets the token choose.
            parts = ({"alg": self.algorithm, "typ": "JWT", "kid": self.key}, claims)
            said = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
            made = hmac.digest(rsa(self.key).as_pem(private=False), said.encode(), "sha256")
            seal = b"" if self.algorithm == "none" else base64.urlsafe_b64encode(made)
            return f"{said}.{seal.decode().rstrip('=')}"
        return jwt.encode({"alg": self.algorithm, "kid": self.key}, claims, rsa(self.key))

    def logout_token(self, **lies: Any) -> str:
        """Its word that the person has signed out there (Back-Channel Logout 1.0, 2.4); None takes a claim out."""
        at = int(self.now().timestamp())
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": at, "exp": at + 120, "jti": uuid4().hex, "sub": self.claims["sub"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}}, **lies,
        }  # fmt: skip
        return self.signed({name: value for name, value in claims.items() if value is not None})

    def answer(self, path: str, query: dict[str, str], form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Status and what is said; a text is an address to be led to."""
        self.asked.append(path)
        if self.status is not None:
            return self.status, {"error": "server_error"}
        answers: dict[str, Callable[[], tuple[int, Any]]] = {
            "/.well-known/openid-configuration": lambda: (200, self.said()),
            "/keys": lambda: (200, {"keys": [rsa(name).as_dict(private=False) for name in self.published]}),
            "/authorize": lambda: (302, self.authorize(query)),
            "/token": lambda: self.tokens(form, authorization),
            "/userinfo": lambda: (200, {"sub": self.claims["sub"], **self.userinfo}),
        }
        return answers.get(path, lambda: (404, {}))()


@contextmanager
def oidc_provider(now: Callable[[], datetime]) -> Iterator[Provider]:
    """A provider on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    played = Provider(f"http://127.0.0.1:{server.server_address[1]}", now)

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            try:
                status, said = played.answer(parts.path, query, form, self.headers.get("Authorization", ""))
            except AssertionError as error:
                status, said = 400, {"error": "invalid_request", "error_description": str(error)}
            body = b"" if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            if isinstance(said, str):
                self.send_header("Location", said)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                for at in range(0, len(body), 16 if played.drips else len(body) or 1):
                    self.wfile.write(body[at : at + (16 if played.drips else len(body))])
                    time.sleep(played.drips)
            except OSError:
                return

    with answering(server, Handler):
        yield played
