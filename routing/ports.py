"""What a channel must be able to do, so that the rest needs to know none by its name.

A channel brings a firm's words to the window and carries messages back. Its receiver stores each event in the inbox as
it came (routing.service.messaging.inbox_writer) under the channel's name; the worker gives it back to be read.
Events are JSON. What a message says stands in an object that has the message's id as its ``id``, so that taking a
message back can empty that object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from routing.domain.assist.prompts import Prompt
from routing.domain.assist.switch import Endpoint
from routing.domain.inbound import Inbound
from routing.domain.messages import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a channel carries, and for how long its tokens and keys are good.

    ``messages``: objects in one call. ``token_life``: how long after its event was stored a reply token is worth
    trying; None: there are no reply tokens. ``key_life``: how long after the first try a push may be tried again with
    its key. ``free_replies``: a reply costs nothing while a push counts.
    """

    messages: int
    token_life: timedelta | None
    key_life: timedelta
    free_replies: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person's profile on a channel says."""

    display_name: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes and their type."""

    body: bytes
    content_type: str


class Channel(Protocol):
    """A channel of messages; threads share it. What it cannot do at the moment it says by a DeliveryError."""

    @property
    def name(self) -> str:
        """Its word (knowledge.vocabulary.Channel), under which events, addresses and messages are stored."""

    @property
    def limits(self) -> Limits:
        """What it carries, and for how long."""

    def read(self, raw: str, event_at: int) -> Inbound:
        """What a stored event means; ``event_at``: its timestamp in milliseconds. ValueError for what is no event."""

    def of_a_group(self, raw: str) -> bool:
        """Whether a stored event came from more than one person, told without understanding it."""

    def reply(self, token: str, messages: Sequence[Any], *, language: str) -> Sent:
        """Answer by reply token and give the channel's ids; it takes a token once however often it comes."""

    def push(self, to: str, messages: Sequence[Any], *, retry_key: str, language: str) -> Sent:
        """Send on our own account to an address; the same key is taken once however often it comes."""

    def preparing(self, address: str) -> None:
        """Show a person that an answer is being prepared, if it can; whether it does is of no consequence."""

    def profile(self, address: str) -> Profile | None:
        """What it tells of a person; None if it has nothing to tell; DeliveryError if it may tell it another time."""

    def content(self, external_id: str) -> Content | None:
        """The file of a message; None if it is gone; DeliveryError if it may come later."""

    def quota(self) -> tuple[int | None, int]:
        """The month's limit of pushed messages (None: no limit) and how many are used."""


Channels = Mapping[str, Channel]
"""The channels of a process by name; the first is the usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an external source answered, and by what it will say whether that has changed."""

    body: bytes
    etag: str | None = None
    modified: str | None = None


class FeedClient(Protocol):
    """Reads addresses outside. Threads share it; nothing of an address may be logged, for it may hold a key."""

    def get(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer | None:
        """The body of a good answer; None if the source says that nothing changed. Raises FeedError."""


class LanguageModel(Protocol):
    """What drafts texts for officers. Threads share it; it is given no tools and reaches nothing of ours."""

    @property
    def endpoint(self) -> Endpoint:
        """Which model is asked where."""

    def complete(self, prompt: Prompt, *, stopped: Callable[[], bool]) -> str:
        """The words of its answer. ``stopped`` is asked again and again while it is waited for.

        Raises:
            ModelError: no answer in time, a refusal, too large or unreadable; ``model_stopped`` where it was stopped.
            Busy: too many are waiting for it already.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who an identity provider says is signing in. ``subject``: its own name for the person, which it never reuses.

    ``email`` is the person's only where ``verified``; ``mfa``: it asked for more than a password.
    """

    issuer: str
    subject: str
    email: str
    verified: bool
    mfa: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Who an identity provider of firms says is signing in, and for which 統一編號; ``name``: what it calls them."""

    issuer: str
    subject: str
    ubn: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An identity provider's word that a person has signed out there; ``id``: of this word, good once."""

    issuer: str
    subject: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What ties one sign-in together: ``state`` to the browser, ``nonce`` to the token, ``verifier`` to the code."""

    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """The agency's single sign-on (OpenID Connect). Threads share it; it asks outside, so in no transaction.

    Every method raises SignInError where the provider does not answer, or not as it must.
    """

    def address(self, proofs: Proofs, *, back: str, now: datetime) -> str:
        """Where the browser goes to sign in; from there it comes to ``back``."""

    def identity(self, code: str, proofs: Proofs, *, back: str, sender: str | None, now: datetime) -> Identity:
        """Whose the code is. ``sender``: the issuer that the answer named, if it did (RFC 9207)."""

    def member(self, code: str, proofs: Proofs, *, back: str, sender: str | None, claim: str, now: datetime) -> Member:
        """Whose the code is, of a provider of firms, which tells the 統一編號 by this claim."""

    def leaving(self, back: str, *, now: datetime) -> str | None:
        """Where the browser signs out of the provider too; None if it has no such page."""

    def ending(self, token: str, *, now: datetime) -> Ending:
        """Whose sessions the provider says are over (OpenID Connect Back-Channel Logout 1.0)."""


class Mailer(Protocol):
    """What sends mail; threads share it."""

    def send(self, to: str, subject: str, body: str) -> None:
        """Hand one mail over. Raises DeliveryError, ``permanent`` where trying again cannot help."""
