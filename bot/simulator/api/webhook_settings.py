"""The webhook endpoint: read, set and test it. Source: reference, Webhook settings."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.simulator.api.calls import Answer, Call, Endpoint, Refusal, Services

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_MAX_URL = 500


def acceptable(url: object) -> bool:
    """HTTPS of at most 500 characters; plain HTTP only to the machine itself."""
    if not isinstance(url, str) or not url or len(url) > _MAX_URL:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def get_endpoint(services: Services, _call: Call) -> Answer:
    """The webhook URL and whether it is in use."""
    webhook = services.platform.webhook
    if not webhook.url:
        raise Refusal(404, "Webhook endpoint not found")
    return Answer(200, {"endpoint": webhook.url, "active": webhook.active})


def set_endpoint(services: Services, call: Call) -> Answer:
    """Change the webhook URL."""
    url = call.json().get("endpoint")
    if not acceptable(url):
        raise Refusal(400, "Invalid webhook endpoint URL")
    services.platform.webhook.url = str(url)
    return Answer()


def try_endpoint(services: Services, _call: Call) -> Answer:
    """Send a signed webhook without events and tell how it went."""
    if not services.platform.webhook.url:
        raise Refusal(404, "Webhook endpoint not found")
    moment = datetime.fromtimestamp(services.platform.clock.now(), UTC)
    stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Answer(200, {**services.dispatcher.verify(), "timestamp": stamp})


_PATH = "/v2/bot/channel/webhook/endpoint"
ENDPOINTS = (
    Endpoint("GET", _PATH, "webhook/get", get_endpoint),
    Endpoint("PUT", _PATH, "webhook/set", set_endpoint),
    Endpoint("POST", "/v2/bot/channel/webhook/test", "webhook/test", try_endpoint, unlocked=True),
)
