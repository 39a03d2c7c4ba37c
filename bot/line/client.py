"""The LINE client: replies, pushes, profiles, files, quota; LINE's answers become errors of routing.domain.errors.

A reply carries no retry key, but LINE takes its token once; a push carries the same key however often it is tried, and
LINE's 409 then means that it was accepted before (Messaging API reference, "Retry failed API requests"; traps L11–L13).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from linebot.v3.messaging import (
    MessageQuotaResponse,
    QuotaConsumptionResponse,
    ShowLoadingAnimationRequest,
    UserProfileResponse,
)
from pydantic.v1 import ValidationError

from bot.line.http_client import Answer, Json, LineHttpClient, refusal
from bot.line.models import push_request, reply_request
from bot.line.render import render
from routing.domain.errors import DeliveryError
from routing.domain.files import MOST_BYTES
from routing.domain.messages import Outgoing, Sent
from routing.ports import Content, Profile

_LOADING_SECONDS = 20
_PROFILE_TIMEOUT = (2.0, 3.0)
"""Seconds to connect and to wait: a greeting goes out without the profile rather than late."""

log = structlog.get_logger("line.client")


class NotReady(DeliveryError):
    """LINE is still preparing the file (202); it may come later."""

    def __init__(self) -> None:
        super().__init__("LINE 仍在準備檔案。", code="not_ready")


class LineSender:
    """LINE's Messaging API for one channel. Threads may share it.

    ``timeout``: seconds to connect, and seconds to wait for an answer; ``reply_timeout`` the same for replies, whose
    token must see several tries within its minute. Every method asks once: trying again is decided by the outbox
    (routing.domain.retry), not here.
    """

    def __init__(
        self, api_base: str, data_base: str, token: str, *, timeout: tuple[float, float] = (3.05, 8.0),
        reply_timeout: tuple[float, float] = (2.0, 4.0),
    ) -> None:  # fmt: skip
        self.http = LineHttpClient(token, api_base=api_base, data_base=data_base, max_file=MOST_BYTES, timeout=timeout)
        self._reply_timeout = min(timeout, reply_timeout)

    def reply(self, token: str, messages: Sequence[Outgoing], *, language: str) -> Sent:
        """Answer by reply token; gives LINE's ids.

        Raises:
            DeliveryError: ``reply_token`` if the token is used, expired or foreign (nothing was sent, trap L9);
                ``unknown`` after a timeout, a broken connection or a 5xx (trap L11).
        """
        return self.send_reply(token, _rendered(messages, language))

    def push(self, to: str, messages: Sequence[Outgoing], *, retry_key: str, language: str) -> Sent:
        """Send on our own account; gives LINE's ids, those of the first acceptance if this is a repetition.

        Raises:
            DeliveryError: with ``permanent``, ``quota`` and ``retry_after`` as LINE's answer says (traps L12, L13).
        """
        return self.send_push(to, _rendered(messages, language), retry_key)

    def send_reply(self, token: str, messages: list[Json]) -> Sent:
        """``reply`` with message objects as they are to be sent."""
        answer = self.http.ask(
            self.http.api.reply_message_with_http_info, reply_request(token, messages), timeout=self._reply_timeout
        )
        if answer.status == 400 and "reply token" in str(answer.json().get("message", "")).lower():
            raise DeliveryError("回復權杖已失效，未以回復方式送出。", code="reply_token", permanent=True)
        return Sent(_accepted(answer, unknown=True), _message_ids(answer))

    def send_push(self, to: str, messages: list[Json], retry_key: str) -> Sent:
        """``push`` with message objects as they are to be sent."""
        answer = self.http.ask(self.http.api.push_message_with_http_info, push_request(to, messages), str(retry_key))
        return Sent(answer.request_id if answer.status == 409 else _accepted(answer), _message_ids(answer))

    def profile(self, user_id: str) -> Profile | None:
        """A user's display name and language; None if LINE has none to tell, as of whoever blocked us (trap L17).

        Raises:
            DeliveryError: LINE may tell it another time.
        """
        try:
            answer = self.http.ask(self.http.api.get_profile_with_http_info, user_id, timeout=_PROFILE_TIMEOUT)
            _accepted(answer)
            said = _read(answer, UserProfileResponse)
        except DeliveryError as error:
            log.info("no_profile", code=error.code)
            if error.permanent or error.code == "strange_answer":
                return None
            raise
        return Profile(said.display_name, said.language) if said and said.display_name else None

    def content(self, message_id: str) -> Content | None:
        """The file of a message; None if it is gone or was unsent.

        Raises:
            NotReady: LINE is still preparing it. DeliveryError: ``too_large`` (permanent), or it may come later.
        """
        answer = self.http.ask(self.http.blob.get_message_content_with_http_info, message_id)
        if answer.status == 202:
            raise NotReady
        if answer.status in {404, 410}:
            return None
        _accepted(answer)
        if answer.cut_short:
            raise DeliveryError("檔案下載中斷。", code="connection_lost")
        return Content(answer.body, answer.headers.get("content-type", "application/octet-stream"))

    def quota(self) -> tuple[int | None, int]:
        """The month's limit of pushed messages (None: no limit) and how many were used, approximately.

        Raises:
            DeliveryError: LINE did not say.
        """
        limit = self._asked(self.http.api.get_message_quota_with_http_info, MessageQuotaResponse)
        used = self._asked(self.http.api.get_message_quota_consumption_with_http_info, QuotaConsumptionResponse)
        return (limit.value if limit.type == "limited" else None), used.total_usage

    def loading(self, user_id: str) -> None:
        """Show that an answer is being prepared; whether LINE does is of no consequence."""
        request = ShowLoadingAnimationRequest(chatId=user_id, loadingSeconds=_LOADING_SECONDS)
        try:
            self.http.ask(self.http.api.show_loading_animation_with_http_info, request)
        except DeliveryError as error:
            log.info("no_loading_animation", code=error.code)

    def _asked(self, method: Callable[..., Any], model: Any) -> Any:
        answer = self.http.ask(method)
        _accepted(answer)
        return _read(answer, model)


def _rendered(messages: Sequence[Outgoing], language: str) -> list[dict[str, Any]]:
    rendered = render(messages, language)
    if not rendered:
        raise DeliveryError("沒有可以傳送的內容。", code="empty", permanent=True)
    return rendered


def _message_ids(answer: Answer) -> tuple[str, ...]:
    """The ids of the messages that were sent; none where LINE's answer cannot be read."""
    sent = answer.json().get("sentMessages")
    found = [one.get("id") for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []
    return tuple(one for one in found if isinstance(one, str) and one.isalnum())


def _accepted(answer: Answer, *, unknown: bool = False) -> str | None:
    if 200 <= answer.status < 300:
        return answer.request_id
    raise refusal(answer, unknown=unknown)


def _read(answer: Answer, model: Any) -> Any:
    """An answer as the SDK's model of it. Raises DeliveryError (``strange_answer``) if it is none."""
    try:
        return model.from_dict(answer.json())
    except ValidationError as error:
        raise DeliveryError("LINE 的回應不是預期的格式。", code="strange_answer") from error
