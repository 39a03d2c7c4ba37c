"""Single sign-on by OpenID Connect: discovery, authorization code with PKCE, an id_token that is verified.

What is asked outside is bounded in time and size, follows no redirect, and is asked of https addresses alone (this
machine aside). Nothing of a token, code or address is logged. Rules: OpenID Connect Core 1.0, 3.1.2 and 3.1.3.7;
Discovery 1.0, 4.3; RFC 7636 (PKCE); RFC 9207 (who answered); RFC 9700, 2.1.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import structlog
import urllib3
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, OctKey

from routing.domain.errors import SignInError
from routing.ports import Ending, Identity, Member, Proofs

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key that the provider alone has; neither ``none`` nor one that the shared secret could make."""
LEEWAY = 120
"""Seconds by which the provider's clock may differ from ours."""
KEPT = timedelta(hours=1)
"""How long its description and its keys are gone by."""
_AGAIN = timedelta(seconds=30)
"""How soon keys are looked up once more for a token of a key that is not known."""
_PAUSE = timedelta(seconds=10)
"""How long a provider that does not answer is not asked again, so that nobody waits for it in a row."""
_CONNECT = 4.0
_MOST = 256 * 1024
_SUBJECT, _EMAIL, _NAME, _UBN = 255, 200, 80, 8
_ENDING = "http://schemas.openid.net/event/backchannel-logout"
"""What makes a token one of signing out (Back-Channel Logout 1.0, 2.4)."""
_FRESH = 300
"""Seconds for which it is good; how long it is remembered that one was used is longer."""
_BEYOND_A_PASSWORD = frozenset({"otp", "hwk", "swk", "sc", "fpt", "face", "iris"})
"""RFC 8176, 2: what beside ``pwd`` makes two factors, where the provider does not say ``mfa`` itself."""

log = structlog.get_logger("oidc")


def near(url: str) -> bool:
    """Whether an address is this machine's, which may be asked without TLS."""
    return urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}


def _usable(url: str, *, plain: bool) -> bool:
    """Whether nobody on the way can change what an address says. ``plain``: without TLS, on this machine."""
    try:
        parts = urlsplit(url)
        named = parts.hostname is not None and parts.username is None and not parts.fragment
    except ValueError:
        return False
    return named and (parts.scheme == "https" or (parts.scheme == "http" and plain and near(url)))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself, and when that was read."""

    said: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Keys:
    keys: KeySet
    at: datetime


class OidcProvider:
    """A ``routing.ports.IdentityProvider``. ``scope``: what is asked for; ``seconds``: for one answer, however slow."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, *, scope: str = "openid email", seconds: float = 8.0
    ) -> None:
        self._issuer, self._client, self._secret, self._seconds = issuer, client_id, client_secret, seconds
        self._scope = scope
        self._pool = urllib3.PoolManager(retries=False, headers={"User-Agent": "onestop", "Accept": "application/json"})
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._keys: _Keys | None = None
        self._silent_at: datetime | None = None

    def address(self, proofs: Proofs, *, back: str, now: datetime) -> str:
        """As ``routing.ports.IdentityProvider``."""
        address: str = prepare_grant_uri(
            self._endpoint("authorization_endpoint", now), self._client, "code", redirect_uri=back,
            scope=self._scope, state=proofs.state, nonce=proofs.nonce,
            code_challenge=create_s256_code_challenge(proofs.verifier), code_challenge_method="S256",
        )  # fmt: skip
        return address

    def leaving(self, back: str, *, now: datetime) -> str | None:
        """As ``routing.ports.IdentityProvider`` (RP-Initiated Logout 1.0, without a hint: no token is kept)."""
        if not self._said(now).get("end_session_endpoint"):
            return None
        told = [("client_id", self._client), ("post_logout_redirect_uri", back)]
        return str(add_params_to_uri(self._endpoint("end_session_endpoint", now), told))

    def ending(self, token: str, *, now: datetime) -> Ending:
        """As ``routing.ports.IdentityProvider``; by Back-Channel Logout 1.0, 2.6, and it has to name a person."""
        issuer = self._said(now)["issuer"]
        try:
            found = self._decoded(token, now)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInError("oidc_token", f"logout_{type(error).__name__}") from None
        wrong = _not_an_ending(found.header, found.claims, issuer, self._client, int(now.timestamp()))
        if wrong is not None:
            raise SignInError("oidc_token", f"logout_{wrong}")
        return Ending(issuer=issuer, subject=found.claims["sub"], id=found.claims["jti"])

    def identity(self, code: str, proofs: Proofs, *, back: str, sender: str | None, now: datetime) -> Identity:
        """As ``routing.ports.IdentityProvider``."""
        claims = self._claims(code, proofs, ("email", "email_verified"), back=back, sender=sender, now=now)
        email = claims.get("email")
        # Letters beyond ASCII may become others' when they are made small, and so another's address.
        if not isinstance(email, str) or not (email.isascii() and email.isprintable() and 0 < len(email) <= _EMAIL):
            raise SignInError("oidc_unverified", "no_email")
        # Some providers write the truth value as a word.
        verified = claims.get("email_verified") in (True, "true")
        return Identity(
            issuer=self._said(now)["issuer"], subject=claims["sub"], email=email.strip(), verified=verified,
            mfa=_two_factors(claims),
        )  # fmt: skip

    def member(self, code: str, proofs: Proofs, *, back: str, sender: str | None, claim: str, now: datetime) -> Member:
        """As ``routing.ports.IdentityProvider``."""
        claims = self._claims(code, proofs, (claim,), back=back, sender=sender, now=now)
        ubn, name = claims.get(claim), claims.get("name")
        if not isinstance(ubn, str) or not (ubn.isascii() and ubn.isdigit() and len(ubn) == _UBN):
            raise SignInError("oidc_unverified", "no_ubn")
        named = name[:_NAME] if isinstance(name, str) and name.isprintable() else None
        return Member(issuer=self._said(now)["issuer"], subject=claims["sub"], ubn=ubn, name=named or None)

    def _claims(
        self, code: str, proofs: Proofs, wanted: tuple[str, ...], *, back: str, sender: str | None, now: datetime
    ) -> dict[str, Any]:
        """What the provider says of whoever comes with a code; what the token does not tell is asked (``wanted``)."""
        said = self._said(now)
        named = said.get("authorization_response_iss_parameter_supported") is True
        if sender != said["issuer"] and (sender is not None or named):
            raise SignInError("oidc_answer", "another_issuer")
        tokens = self._exchange(code, proofs.verifier, back, now)
        claims = self._verified(tokens, proofs.nonce, now)
        if not claims.keys() >= set(wanted) and said.get("userinfo_endpoint"):
            claims = {**claims, **self._userinfo(tokens, claims["sub"], wanted, now)}
        subject = claims["sub"]
        if not 0 < len(subject) <= _SUBJECT or not (subject.isascii() and subject.isprintable()):
            raise SignInError("oidc_token", "sub")
        return claims

    def _exchange(self, code: str, verifier: str, back: str, now: datetime) -> dict[str, Any]:
        """The tokens that a code stands for. Raises SignInError: it stands for none."""
        url = self._endpoint("token_endpoint", now)
        methods = self._said(now).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        body = prepare_token_request("authorization_code", redirect_uri=back, code=code, code_verifier=verifier)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url, headers, body = ClientAuth(self._client, self._secret, method).prepare("POST", url, headers, body)
        status, answer = self._ask("POST", url, headers=headers, body=body)
        if status != HTTPStatus.OK:
            refused = status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
            raise SignInError("oidc_token" if refused else "oidc_unreachable", f"token_endpoint_{status}")
        return _object(answer)

    def _verified(self, tokens: dict[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of an id_token that this provider made for us, now, for this sign-in. Raises SignInError."""
        value = tokens.get("id_token")
        if not isinstance(value, str):
            raise SignInError("oidc_token", "no_id_token")
        try:
            found = self._decoded(value, now)
            claims = CodeIDToken(
                found.claims, found.header,
                options={
                    "iss": {"essential": True, "value": self._said(now)["issuer"]},
                    "aud": {"essential": True, "value": self._client},
                },
                params={"nonce": nonce, "client_id": self._client, "access_token": tokens.get("access_token")},
            )  # fmt: skip
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("oidc_token_refused", error=type(error).__name__, claim=getattr(error, "claim", None))
            raise SignInError("oidc_token", type(error).__name__) from None
        return dict(claims)

    def _decoded(self, value: str, now: datetime) -> jwt.Token:
        """A token whose signature is right; by newer keys, if the provider has changed them meanwhile."""
        try:
            return jwt.decode(value, self._keys_of(now), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError):
            keys = self._keys
            if keys is not None and abs(now - keys.at) < _AGAIN:
                raise
        return jwt.decode(value, self._keys_of(now, anew=True), algorithms=ALGORITHMS)

    def _keys_of(self, now: datetime, *, anew: bool = False) -> KeySet:
        kept = self._keys
        if kept is not None and not anew and abs(now - kept.at) < KEPT:
            return kept.keys
        status, answer = self._ask("GET", self._endpoint("jwks_uri", now))
        try:
            listed = [key for key in _object(answer)["keys"] if key.get("kty") != OctKey.key_type]
            keys = KeySet.import_key_set({"keys": listed})
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInError("oidc_answer", f"keys_{status}") from None
        self._keys = _Keys(keys, now)
        return keys

    def _userinfo(self, tokens: dict[str, Any], subject: str, wanted: tuple[str, ...], now: datetime) -> dict[str, Any]:
        """What the token does not hold; only of the same person (Core 5.3.2)."""
        token = tokens.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            return {}
        url = self._endpoint("userinfo_endpoint", now)
        status, answer = self._ask("GET", url, headers={"Authorization": f"Bearer {token}"})
        said = _object(answer) if status == HTTPStatus.OK else {}
        if said.get("sub") != subject:
            raise SignInError("oidc_answer", f"userinfo_{status}")
        return {name: said[name] for name in wanted if name in said}

    def _endpoint(self, name: str, now: datetime) -> str:
        """One of its addresses. Raises SignInError: there is none, or anybody could change what it says."""
        url = self._said(now).get(name)
        if isinstance(url, str) and _usable(url, plain=near(self._issuer)):
            return url
        raise SignInError("oidc_answer", name)

    def _said(self, now: datetime) -> dict[str, Any]:
        """What the provider says of itself (Discovery 1.0, 4)."""
        known = self._known
        if known is not None and abs(now - known.at) < KEPT:
            return known.said
        with self._lock:
            if self._known is not None and abs(now - self._known.at) < KEPT:
                return self._known.said
            if self._silent_at is not None and abs(now - self._silent_at) < _PAUSE:
                raise SignInError("oidc_unreachable", "silent")
            try:
                said = self._discovered()
            except SignInError:
                self._silent_at = now
                raise
            self._known, self._silent_at = _Known(said, now), None
        return said

    def _discovered(self) -> dict[str, Any]:
        status, answer = self._ask("GET", get_well_known_url(self._issuer, external=True))
        if status != HTTPStatus.OK:
            raise SignInError("oidc_unreachable", f"discovery_{status}")
        said = _object(answer)
        issuer = said.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self._issuer.rstrip("/"):
            raise SignInError("oidc_answer", "another_issuer")
        return said

    def _ask(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, body: str | None = None
    ) -> tuple[int, bytes]:
        """Status and body of an answer. Raises SignInError: none in time, or too large."""
        until = monotonic() + self._seconds
        try:
            answer = self._pool.request(
                method, url, headers={**self._pool.headers, **(headers or {})}, body=body, redirect=False,
                preload_content=False, timeout=urllib3.Timeout(connect=_CONNECT, read=self._seconds / 2),
            )  # fmt: skip
            with closing(answer):
                return answer.status, _read(answer, until)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            log.warning("oidc_unreachable", error=type(error).__name__)
            raise SignInError("oidc_unreachable", type(error).__name__) from None


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    found = b""
    while part := answer.read1(_MOST, decode_content=True):
        found += part
        if len(found) > _MOST or monotonic() > until:
            raise TimeoutError
    return found


def _object(body: bytes) -> dict[str, Any]:
    """The object that an answer holds. Raises SignInError: it holds something else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SignInError("oidc_answer", "no_object")
    return found


def _not_an_ending(
    header: Mapping[str, Any], claims: Mapping[str, Any], issuer: str, client: str, now: int
) -> str | None:
    """Which of its rules a token of signing out breaks; None if none."""
    audience, at, until = claims.get("aud"), claims.get("iat"), claims.get("exp", now)
    events = claims.get("events")
    named = [claims.get(name) for name in ("sub", "jti")]
    held = {
        "typ": str(header.get("typ", "logout+jwt")).casefold() in {"logout+jwt", "jwt"},
        "iss": claims.get("iss") == issuer,
        "aud": audience == client or (isinstance(audience, list) and client in audience),
        "iat": isinstance(at, int | float) and -_FRESH - LEEWAY <= at - now <= LEEWAY,
        "exp": isinstance(until, int | float) and until >= now - LEEWAY,
        "events": isinstance(events, dict) and isinstance(events.get(_ENDING), dict),
        # An id_token has one; so none can be sent here in the place of what signs somebody out.
        "nonce": "nonce" not in claims,
        "names": all(isinstance(name, str) and 0 < len(name) <= _SUBJECT for name in named),
    }
    return next((name for name, well in held.items() if not well), None)


def _two_factors(claims: dict[str, Any]) -> bool:
    """Whether the provider asked for more than a password, by its own word (``amr``, RFC 8176)."""
    used = {method for method in claims.get("amr") or () if isinstance(method, str)}
    return "mfa" in used or ("pwd" in used and not used.isdisjoint(_BEYOND_A_PASSWORD))
