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
    │   └── ModelError     a language model did not answer, or not in a form that could be read; nothing was changed
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


class SignInError(Unauthenticated):
    """Signing in by identity provider or passkey came to nothing. ``code``: a key of ``SENTENCES``.

    ``reason``: a word for the log and the audit trail; nothing of what a provider or a browser sent.
    """

    SENTENCES: ClassVar[dict[str, str]] = {
        "oidc_unreachable": "單一登入主機目前無法連線，請稍候再試；急需登入請洽系統管理人員。",
        "oidc_answer": "單一登入主機的回應不符規格，未予登入；請洽系統管理人員檢查設定。",
        "oidc_denied": "單一登入未完成：已取消，或單一登入主機未同意。請重新登入。",
        "oidc_state": "這次單一登入已逾時、已使用過，或不是由這個瀏覽器開始；請重新登入。",
        "oidc_token": "單一登入主機的憑證未通過查驗，未予登入。請重新登入；仍無法登入請洽系統管理人員。",
        "oidc_unverified": "單一登入主機未提供經確認的電子郵件，未予登入；請洽單一登入的管理單位。",
        "oidc_unknown": "單一登入成功，但這個電子郵件不是本系統啟用中的帳號；請洽系統管理人員。",
        "oidc_other": "這個帳號先前連結的是另一個單一登入身分，未予登入；請洽系統管理人員解除連結。",
        "firm_unknown": "登入成功，但本系統沒有這個統一編號的案件資料；請先在 LINE 立案，或洽承辦單位。",
        "oidc_required": "您的角色只能以機關單一登入登入，請按「以機關單一登入」；單一登入故障時請洽系統管理人員。",
        "passkey_state": "這次操作已逾時、已使用過，或不是由這個瀏覽器開始；請重新操作。",
        "passkey_refused": "通行金鑰未通過查驗，未予登入；請重新操作，或改用其他方式登入。",
        "passkey_unknown": "這個通行金鑰不屬於本系統啟用中的帳號；請改用其他方式登入。",
        "sign_in_limited": "這個網路位址登入失敗的次數過多，暫停 15 分鐘；急需登入請洽系統管理人員解除。",
    }

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(self.SENTENCES[code], code=code)
        self.reason = reason


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


class ModelError(Unavailable):
    """A language model gave no answer, or none that could be read; nothing but the try itself was kept."""

    code = "model_failed"


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
