"""`/healthz`, `/readyz` and `/metrics`: for the operator, not for the public."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from threading import Lock
from time import monotonic

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime, runtime_of
from bot.web import measuring
from bot.web.errors import problem
from routing.service.assist import switch as assist
from routing.service.feeds import queries as feed_queries
from routing.service.maintenance import certificates, databases, file_copies, health
from routing.store.session import Database

router = APIRouter(include_in_schema=False)

_FRESH = 2.0
_PATIENCE = 1.8
"""Seconds: LINE's webhook waits as long for the database."""

MAX_LAG = 120.0
"""Seconds a message or event may wait before the process says that it is not well."""


_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""What proxies add. They only ever take a right away: anybody can write them (ASVS 4.1.3)."""


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


def _state(runtime: Runtime) -> health.State | None:
    try:
        with runtime.database.reading() as session:
            return health.look(session)
    except (SQLAlchemyError, OSError):
        return None


class Probe:
    """Whether anything can be written, found out by writing: at most once in two seconds, however often it is asked."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="probe")
        self._began = 0.0
        self._found: Future[str | None] | None = None

    def wrong(self) -> str | None:
        """The code of what is wrong; None if a row was written and committed. Waits no longer than LINE would."""
        with self._lock:
            if self._found is None or (self._found.done() and monotonic() - self._began > _FRESH):
                self._began = monotonic()
                self._found = self._thread.submit(databases.why_not_written, self._database, now=self._now())
            found = self._found
        try:
            return found.result(timeout=_PATIENCE)
        except TimeoutError:
            return "database_busy"

    def stop(self) -> None:
        """Ask no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """It can write, take events in and is not far behind: 200, else 503 with the codes of what is wrong."""
    runtime = runtime_of(request)
    state = _state(runtime)
    wrong = []
    if state is None:
        wrong.append("database")
    elif state.inbox_lag > MAX_LAG or state.outbox_lag > MAX_LAG:
        wrong.append("backlog")
    if not request.app.state.intake.alive:
        wrong.append("intake")
    unwritable = request.app.state.probe.wrong()
    if state is not None and unwritable is not None:
        wrong.append(unwritable)
    status = 503 if set(wrong) - {"backlog"} else 200
    return JSONResponse({"status": "ok" if not wrong else "degraded", "wrong": wrong}, status_code=status)


def _from_here(request: Request) -> bool:
    """Whether this machine asks for itself: through a proxy on it, everybody would seem to be this machine."""
    passed_on = any(name in request.headers for name in _PASSED_ON)
    return not passed_on and request.client is not None and request.client.host in {"127.0.0.1", "::1"}


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures for a monitoring system; with the token of ONESTOP_METRICS_TOKEN, or from this machine only."""
    runtime = runtime_of(request)
    token = runtime.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not (hmac.compare_digest(given.encode(), token.encode()) if token else _from_here(request)):
        return problem(404, "not_found", "找不到這個頁面。")
    registry = CollectorRegistry()
    state = _state(runtime)
    Gauge("onestop_database_up", "1 if the database answers", registry=registry).set(state is not None)
    if state is not None:
        for name, value in state.gauges().items():
            Gauge(f"onestop_{name}", health.MEANING[name], registry=registry).set(value)
        outbox = Gauge("onestop_outbox_messages", "messages by state", ["state"], registry=registry)
        for name, number in state.outbox.items():
            outbox.labels(name).set(number)
    _details(runtime, registry)
    for name, meaning, values in _feeds(runtime):
        gauge = Gauge(f"onestop_feed_{name}", meaning, ["feed"], registry=registry)
        for feed, value in values.items():
            gauge.labels(feed).set(value)
    _assist(runtime, registry)
    figures = generate_latest(registry) + generate_latest(measuring.REGISTRY)
    return Response(figures, media_type=CONTENT_TYPE_LATEST)


def _details(runtime: Runtime, registry: CollectorRegistry) -> None:
    """Events set aside, quota, how long answers took, sign-ins, the database's size."""
    try:
        with runtime.database.reading() as session:
            found = health.details(session, runtime.channels, now=runtime.now())
            certificate = certificates.said(session, runtime.settings.certificate_at, now=runtime.now())
            copied = file_copies.last(session, now=runtime.now())
    except (SQLAlchemyError, OSError):
        return

    def gauge(name: str, meaning: str, label: str, values: Mapping[str, float]) -> None:
        one = Gauge(f"onestop_{name}", meaning, [label], registry=registry)
        for key, value in values.items():
            one.labels(key).set(value)

    Gauge("onestop_inbox_set_aside", "events that could not be handled", registry=registry).set(found.set_aside)
    gauge("answer_seconds", "until replies of 15 minutes were with the channel", "quantile", found.answers)
    gauge(
        "quota_limit", "messages that may be pushed this month", "channel", {q.channel: q.limit for q in found.quotas}
    )
    gauge("quota_used", "messages pushed this month", "channel", {q.channel: q.used for q in found.quotas})
    gauge("sign_ins", "sign-ins and refusals of 15 minutes, from the audit trail", "action", found.sign_ins)
    if certificate is not None:
        left = certificate.days if certificate.days is not None else -1
        meaning = "whole days until the certificate of the public address ends; -1: over, or not to be trusted"
        Gauge("onestop_certificate_days", meaning, registry=registry).set(max(left, -1))
    _copies(copied, registry)
    if found.bytes is not None:
        Gauge("onestop_database_bytes", "what the database takes", registry=registry).set(found.bytes)


def _copies(copied: file_copies.Last | None, registry: CollectorRegistry) -> None:
    """The last copy that ``onestop backup`` made, if it ever did."""
    if copied is None:
        return
    meaning = "when onestop backup last made a copy; missing: never"
    Gauge("onestop_backup_last_timestamp_seconds", meaning, registry=registry).set(copied.at.timestamp())
    if copied.files is not None:
        lost = copied.files.missing + copied.files.harmed
        Gauge("onestop_backup_files", "files that the last copy holds", registry=registry).set(copied.files.files)
        Gauge("onestop_backup_files_lost", "files that it could not take", registry=registry).set(lost)


def _assist(runtime: Runtime, registry: CollectorRegistry) -> None:
    """Figures of drafts by a language model, where one is named."""
    endpoint = runtime.settings.llm_endpoint
    try:
        with runtime.database.reading() as session:
            on = assist.state(session, endpoint).on
            uses = assist.counted(session) if endpoint is not None else []
            good = assist.last_good(session) if endpoint is not None else None
    except (SQLAlchemyError, OSError):
        return
    if endpoint is None:
        return
    Gauge("onestop_assist_on", "1 if officers may ask the model", registry=registry).set(on)
    outputs = Gauge(
        "onestop_assist_outputs", "what was asked, by what became of it", ["use", "state"], registry=registry
    )
    sentences = Gauge("onestop_assist_sentences", "sentences that were drafted", ["use", "proven"], registry=registry)
    name = "onestop_assist_last_good_timestamp_seconds"
    last = Gauge(name, "when an answer last could be read; missing: never", ["model"], registry=registry)
    for one in uses:
        for state, number in one.states.items():
            outputs.labels(one.use, state).set(number)
        sentences.labels(one.use, "no").set(one.unproven)
        sentences.labels(one.use, "yes").set(one.sentences - one.unproven)
    if good is not None:
        last.labels(endpoint.model).set(good.timestamp())


def _feeds(runtime: Runtime) -> list[tuple[str, str, dict[str, float]]]:
    """Figures of the external sources that are on: name, meaning, and the value by source."""
    try:
        with runtime.database.reading() as session:
            on = [one for one in feed_queries.states(session, runtime.feeds) if one.on] if runtime.feeds else []
    except (SQLAlchemyError, OSError):
        return []
    figures: dict[str, tuple[str, dict[str, float]]] = {
        "last_good_timestamp_seconds": (
            "when the source was last read well; missing: never",
            {one.name: one.good_at.timestamp() for one in on if one.good_at},
        ),
        "failing": ("1 if the last try failed", {one.name: float(one.problem is not None) for one in on}),
        "matched": ("entries of the last answer that concern the branch", {one.name: one.matched for one in on}),
        "skipped": ("entries of the last answer that could not be read", {one.name: one.skipped for one in on}),
        "proposed": ("entries that the last answer proposed anew", {one.name: one.proposed for one in on}),
        "applied": ("how often what was proposed was used", {one.name: one.applied for one in on}),
    }
    return [(name, meaning, values) for name, (meaning, values) in figures.items()]
