"""Everything that can go wrong on purpose, as one tree.

    OnestopError
    ├── Invalid            the input cannot be used; says which field and what to do
    │   └── KeyReused      an idempotency key came back with another body
    ├── NotFound           no such thing, or hidden from this person
    ├── Gone               there was such a thing, and it may not be had any more
    ├── Forbidden          known, but not allowed to do this
    │   └── Unfinished      signed in, but with something to do first
    ├── Unauthenticated    nobody is signed in
    ├── StepNotAllowed     the case's state does not allow this step
    ├── StaleVersion       somebody changed the case meanwhile
    ├── Busy               too much of this is under way; trying again a little later helps
    ├── Unavailable        the database cannot be used as it is now; says what is the matter
    ├── FeedError          an external source did not answer, or not as it is known; nothing was changed
    └── DeliveryError      a message did not (certainly) go out; says whether trying again can help

The domain knows no HTTP: bot/web/errors.py maps each class to a status.
``code`` is stable and documented in docs/errors.md.
"""

from __future__ import annotations

from typing import ClassVar


class OnestopError(Exception):
    """A failure that a person can understand: ``code`` for machines, ``message`` in Traditional Chinese for people."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class Invalid(OnestopError):
    """The input cannot be used as it is."""

    code = "invalid"


class KeyReused(Invalid):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"


class NotFound(OnestopError):
    """There is no such thing, or this person may not know of it."""

    code = "not_found"


class Gone(OnestopError):
    """There was such a thing, and it may not be had any more: a link whose time is over."""

    code = "gone"


class Forbidden(OnestopError):
    """The person is known, and may not do this."""

    code = "forbidden"


class Unfinished(Forbidden):
    """The person is signed in, and has to do something before anything else. ``step``: a key of ``STEPS``."""

    STEPS: ClassVar[dict[str, str]] = {
        "password": "請先變更初始密碼，再使用其他功能。",
        "second_factor": "您的角色必須使用驗證碼，請先設定，再使用其他功能。",
    }

    def __init__(self, step: str) -> None:
        super().__init__(self.STEPS[step], code=f"{step}_required")
        self.step = step


class Unauthenticated(OnestopError):
    """No session, or an unknown token."""

    code = "unauthenticated"


class StepNotAllowed(OnestopError):
    """The state of the case does not allow this step."""

    code = "step_not_allowed"


class StaleVersion(OnestopError):
    """The case was changed by somebody else since it was read."""

    code = "stale_version"


class Busy(OnestopError):
    """Too much of this is under way in this process; nothing was done, and trying again a little later helps."""

    code = "busy"


class Unavailable(OnestopError):
    """The database cannot be used as it is now: not there, read-only, its disk full, or others hold it for too long."""

    code = "database_unavailable"


class FeedError(OnestopError):
    """An external source did not answer, or not in the form in which it is known; nothing was changed by it."""

    code = "feed_failed"


class DeliveryError(OnestopError):
    """A message was not accepted by the channel, or it is unknown whether it was.

    ``permanent``: trying again cannot help. ``unknown``: it may have been accepted (timeout, 5xx).
    ``retry_after``: seconds the channel asked us to wait, if it did. ``quota``: the month's messages are used up.
    """

    code = "delivery_failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        permanent: bool = False,
        unknown: bool = False,
        quota: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.permanent = permanent
        self.unknown = unknown
        self.quota = quota
        self.retry_after = retry_after
