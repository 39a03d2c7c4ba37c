"""Delivers webhooks: signs the exact bytes, waits two seconds, classifies, delivers again.

Every user has a queue, so that one person's events leave in order while slow answers hold up
nobody else. Redelivery waits run on the platform's clock, which a test may move forward.
Source: "Receive messages (webhook)" and "Check webhook error statistics".
"""

from __future__ import annotations

import base64
import copy
import hashlib
import heapq
import hmac
import itertools
import json
import threading
import time
import zlib
from dataclasses import dataclass, field

import urllib3

from bot.simulator.state import Json, Platform

_QUEUES = 4
_HEADER_SPELLINGS = ("x-line-signature", "X-Line-Signature", "X-LINE-Signature")
_IDLE_SECONDS = 5.0
_KEPT_DELIVERIES = 20_000


def sign(secret: str, body: bytes) -> str:
    """LINE's signature: base64 of HMAC-SHA256 over the exact body, keyed by the channel secret."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@dataclass(slots=True)
class Shipment:
    """One webhook request and its attempts. `signature` is `valid`, `wrong` or `missing`."""

    events: list[Json]
    destination: str
    signature: str = "valid"
    raw: bytes | None = None
    escape: bool = False
    redeliver: bool = True
    attempts: int = 0
    results: list[Json] = field(default_factory=list)
    first_result: threading.Event = field(default_factory=threading.Event)

    def body(self) -> bytes:
        """The exact bytes to sign and send."""
        if self.raw is not None:
            return self.raw
        payload = {"destination": self.destination, "events": self.events}
        return json.dumps(payload, ensure_ascii=self.escape, separators=(",", ":")).encode()


class Dispatcher:
    """Sends shipments from daemon threads that start with the first of them."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=_QUEUES, retries=False)
        self._numbers = itertools.count()
        self._queues: list[list[tuple[float, int, Shipment]]] = [[] for _ in range(_QUEUES)]
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._held: list[Json] = []
        self._busy = 0

    def emit(self, event: Json) -> Shipment | None:
        """Deliver one event as the switches say; None while webhooks are held back."""
        platform = self._platform
        with platform.lock:
            if platform.webhook.suspended or not platform.webhook.active:
                return None
            if platform.webhook.holding:
                self._held.append(event)
                return None
            copies = platform.webhook.extra_copies
        shipment = self.ship([event])
        for _ in range(copies):
            self.ship([copy.deepcopy(event)])
        return shipment

    def release(self, *, batch: bool, shuffle: bool, copies: int) -> list[Shipment]:
        """Deliver what was held: in one request or many, in order or not, once or more often."""
        with self._platform.lock:
            events, self._held = self._held, []
            self._platform.webhook.holding = False
        events = [copy.deepcopy(event) for event in events for _ in range(1 + copies)]
        if shuffle:
            self._platform.ids.shuffle(events)
        groups = [events] if batch and events else [[event] for event in events]
        return [self.ship(group) for group in groups]

    def ship(self, events: list[Json], **options: object) -> Shipment:
        """Queue one webhook request with these events for delivery now."""
        escape = self._platform.ids.chance() < 0.5
        shipment = Shipment(events, self._platform.bot_user_id, escape=escape)
        for name, value in options.items():
            setattr(shipment, name, value)
        self._queue(shipment, self._platform.clock.now())
        return shipment

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing is under way or due; redeliveries of later do not count."""
        limit = time.monotonic() + seconds
        changed = self._platform.clock.moved
        with changed:
            while self._busy or self._due():
                left = limit - time.monotonic()
                if left <= 0:
                    return False
                changed.wait(min(left, 0.05))
        return True

    def close(self) -> None:
        """Stop delivering; what is still queued is lost."""
        changed = self._platform.clock.moved
        with changed:
            self._closed = True
            changed.notify_all()
        for thread in self._threads:
            thread.join(self._platform.config.webhook_timeout + 1)
        self._pool.clear()

    def _due(self) -> bool:
        now = self._platform.clock.now()
        return any(queue and queue[0][0] <= now for queue in self._queues)

    def _queue(self, shipment: Shipment, due: float) -> None:
        source = shipment.events[0].get("source") if shipment.events else None
        chat = json.dumps(source, sort_keys=True) if isinstance(source, dict) else ""
        queue = self._queues[zlib.crc32(chat.encode()) % _QUEUES]
        changed = self._platform.clock.moved
        with changed:
            if self._closed:
                return
            heapq.heappush(queue, (due, next(self._numbers), shipment))
            if not self._threads:
                self._start()
            changed.notify_all()

    def _start(self) -> None:
        for queue in self._queues:
            thread = threading.Thread(target=self._run, args=(queue,), daemon=True, name="webhook-queue")
            self._threads.append(thread)
            thread.start()

    def _next(self, queue: list[tuple[float, int, Shipment]]) -> Shipment | None:
        changed = self._platform.clock.moved
        with changed:
            while not self._closed:
                wait = queue[0][0] - self._platform.clock.now() if queue else _IDLE_SECONDS
                if queue and wait <= 0:
                    self._busy += 1
                    return heapq.heappop(queue)[2]
                changed.wait(min(wait, _IDLE_SECONDS))
        return None

    def _run(self, queue: list[tuple[float, int, Shipment]]) -> None:
        while (shipment := self._next(queue)) is not None:
            try:
                self._attempt(shipment)
            finally:
                shipment.first_result.set()
                changed = self._platform.clock.moved
                with changed:
                    self._busy -= 1
                    changed.notify_all()

    def _attempt(self, shipment: Shipment) -> None:
        redelivery = shipment.attempts > 0
        shipment.attempts += 1
        if redelivery:
            for event in shipment.events:
                event.setdefault("deliveryContext", {})["isRedelivery"] = True
        body = shipment.body()
        self._refresh_tokens(shipment.events, redelivery)
        started = time.monotonic()
        sent_at = self._platform.clock.now_ms()
        status, reason, detail = self._post(body, shipment.signature)
        result: Json = {
            "sentAt": sent_at,
            "attempt": shipment.attempts,
            "redelivery": redelivery,
            "eventIds": [event.get("webhookEventId") for event in shipment.events],
            "eventTypes": [event.get("type") for event in shipment.events],
            "status": status,
            "reason": reason,
            "detail": detail,
            "elapsedMs": int((time.monotonic() - started) * 1000),
            "bytes": len(body),
        }
        self._record(shipment, result)

    def _record(self, shipment: Shipment, result: Json) -> None:
        platform = self._platform
        failed = result["reason"] is not None
        with platform.lock:
            shipment.results.append(result)
            platform.deliveries.append(result)
            del platform.deliveries[:-_KEPT_DELIVERIES]
            if not failed:
                self._mark_read(shipment.events)
            delays = platform.webhook.redelivery_delays
            again = failed and platform.webhook.redelivery and shipment.redeliver
            again = again and shipment.attempts <= len(delays)
        if again:
            self._queue(shipment, platform.clock.now() + delays[shipment.attempts - 1])

    def _mark_read(self, events: list[Json]) -> None:
        """With the account's chat feature off, LINE marks what was delivered as read."""
        if not self._platform.config.auto_read:
            return
        for event in events:
            source, message = event.get("source"), event.get("message")
            if not isinstance(source, dict) or not isinstance(message, dict):
                continue
            chat = self._platform.chat_of(str(source.get("groupId") or source.get("userId")))
            bubble = chat.find(str(message.get("id"))) if chat else None
            if chat and bubble and not bubble.read:
                bubble.read = True
                chat.version += 1

    def _refresh_tokens(self, events: list[Json], redelivery: bool) -> None:
        """A reply token lives from its delivery, and anew from a redelivery."""
        with self._platform.lock:
            for event in events:
                record = self._platform.reply_tokens.get(str(event.get("replyToken")))
                if record:
                    record.delivered_at = self._platform.clock.now()
                    record.redelivered = record.redelivered or redelivery

    def _post(self, body: bytes, signature: str) -> tuple[int, str | None, str]:
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "LineBotWebhook/2.0"}
        if signature != "missing":
            secret = self._platform.channel_secret if signature == "valid" else "not the secret"
            headers[self._platform.ids.choice(_HEADER_SPELLINGS)] = sign(secret, body)
        timeout = urllib3.Timeout(total=self._platform.config.webhook_timeout)
        try:
            answer = self._pool.request(
                "POST", self._platform.webhook.url, body=body, headers=headers, timeout=timeout, redirect=False
            )
        except (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError) as error:
            return 0, "could_not_connect", type(error).__name__
        except urllib3.exceptions.ReadTimeoutError:
            return 0, "request_timeout", "no response within the time limit"
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            return 0, "unclassified", type(error).__name__
        if 200 <= answer.status < 300:
            return answer.status, None, "OK"
        return answer.status, "error_status_code", str(answer.status)

    def verify(self) -> Json:
        """The console's "Verify": a signed request without events, never redelivered or counted."""
        body = Shipment([], self._platform.bot_user_id).body()
        status, reason, detail = self._post(body, "valid")
        return {"statusCode": status, "reason": (reason or "OK").upper(), "detail": detail, "success": reason is None}
