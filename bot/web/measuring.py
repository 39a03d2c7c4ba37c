"""What this process measures itself: how long it took to answer, as histograms that a monitoring system reads.

Each process has its own; whoever adds them up is the monitoring system. Labels are few and none is about a person.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began is a figure that nobody reads
REGISTRY = CollectorRegistry()

_WEBHOOK = Histogram(
    "onestop_webhook_seconds", "until LINE had its answer, by status; 200 means durably stored", ["status"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 1.8), registry=REGISTRY,
)  # fmt: skip
_REQUESTS = Histogram(
    "onestop_request_seconds", "until an answer began, by who asks (desk, api, other) and kind of status",
    ["kind", "status"], buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0), registry=REGISTRY,
)  # fmt: skip


def webhook(status: int, seconds: float) -> None:
    """LINE was answered."""
    _WEBHOOK.labels(str(status)).observe(seconds)


def request(path: str, status: int, seconds: float) -> None:
    """A page or call was answered; paths are not told apart further, they could name a case."""
    kind = "desk" if path.startswith("/desk") else "api" if path.startswith("/api/") else "other"
    _REQUESTS.labels(kind, f"{status // 100}xx").observe(seconds)
