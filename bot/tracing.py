"""Traces by OpenTelemetry: what one request, event or message spent its time on. Off unless a collector is named.

A span says what was done, how long, and the ids that the logs of the same moment carry (request, inbox, outbox, case);
never an address with its query, a parameter of a statement, or a word that anybody wrote. The packages are an extra
(``requirements-tracing.lock``, docs/decisions/0025-tracing.md); names are those of OpenTelemetry's conventions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

import structlog
from sqlalchemy import Engine, event

from bot.settings import Settings, SettingsError

INSTALL = "pip install --require-hashes -r requirements-tracing.lock"
_IDS = ("request", "inbox", "outbox", "case")
_SPAN = "onestop_span"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""What a span calls by its name; any other method could be anything."""


class Span(Protocol):
    """What is being done, while it is being done."""

    def set_attribute(self, key: str, value: str | int) -> None:
        """Say one thing more about it."""

    def update_name(self, name: str) -> None:
        """Call it otherwise, once it is known what it was."""


class _Nothing:
    """A span while nobody collects any."""

    def set_attribute(self, key: str, value: str | int) -> None:
        """Nothing is kept."""

    def update_name(self, name: str) -> None:
        """Nothing is kept."""


_OFF = nullcontext[Span](_Nothing())


class Tracing:
    """The spans of one process, on their way to the collector. ``close`` sends what is left."""

    def __init__(self, endpoint: str, headers: Mapping[str, str], service: str) -> None:
        """``endpoint``: what stands before ``/v1/traces`` (OTLP over HTTP).

        Raises:
            SettingsError: the packages are not installed.
        """
        try:
            from opentelemetry import trace  # noqa: PLC0415 - an extra
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        except ImportError as error:
            raise SettingsError(f"設定了 OTEL_EXPORTER_OTLP_ENDPOINT，但沒有安裝追蹤套件：{INSTALL}") from error
        self._current = trace.get_current_span
        self._kinds = {kind.name.lower(): kind for kind in trace.SpanKind}
        self._failed = trace.StatusCode.ERROR
        # A process is stopped by whoever started it: ``close`` is called, and nothing runs at the interpreter's end.
        self._provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", headers=dict(headers), timeout=5)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("onestop")

    @contextmanager
    def span(self, name: str, kind: str, attributes: Mapping[str, str | int]) -> Iterator[Span]:
        """One span around a block; an exception that leaves it is named by its type alone: its words quote people."""
        with self._tracer.start_as_current_span(
            name, kind=self._kinds[kind], attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(self._failed)
                raise
            finally:
                bound = structlog.contextvars.get_contextvars()
                for key in _IDS:
                    if key in bound:
                        span.set_attribute(f"onestop.{key}", bound[key])

    def watch(self, engine: Engine) -> None:
        """A span for each statement that this engine runs inside another: its first word, never its values.

        What a thread asks while it looks for work belongs to nothing, and would be most of what is collected.
        """
        system = engine.dialect.name

        @event.listens_for(engine, "before_cursor_execute")
        def _begin(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: Any) -> None:
            if context is None or not self._current().is_recording():
                return
            word = statement.lstrip().partition(" ")[0].upper()[:20]
            span = self._tracer.start_span(
                word, kind=self._kinds["client"],
                attributes={"db.system.name": system, "db.operation.name": word},
            )  # fmt: skip
            setattr(context, _SPAN, span)

        @event.listens_for(engine, "after_cursor_execute")
        def _end(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: Any) -> None:
            _finish(context, None)

        @event.listens_for(engine, "handle_error")
        def _fail(error: Any) -> None:
            _finish(error.execution_context, type(error.original_exception).__name__)

        def _finish(context: Any, failure: str | None) -> None:
            span = getattr(context, _SPAN, None)
            if span is None:
                return
            setattr(context, _SPAN, None)
            if failure is not None:
                span.set_attribute("error.type", failure)
                span.set_status(self._failed)
            span.end()

    def close(self) -> None:
        """Send what is left, for at most some seconds."""
        self._provider.force_flush(3_000)
        self._provider.shutdown()


_collecting: list[Tracing] = []
"""The one of this process, if any: whoever begins a span need not be handed it."""


def start(settings: Settings, engine: Engine) -> Tracing | None:
    """Begin, if a collector is named. Raises SettingsError: the packages are not installed."""
    if not settings.otlp_endpoint:
        return None
    tracing = Tracing(settings.otlp_endpoint, settings.otlp_header_values, settings.otel_service_name)
    tracing.watch(engine)
    _collecting.append(tracing)
    return tracing


def stop(tracing: Tracing | None) -> None:
    """End what ``start`` gave."""
    if tracing is not None:
        _collecting.remove(tracing)
        tracing.close()


def span(name: str, kind: str = "internal", **attributes: str | int) -> AbstractContextManager[Span]:
    """What is done in the block, as one span; costs next to nothing while nobody collects.

    ``kind``: internal, server, client, producer or consumer. Attributes are named with ``__`` for each point.
    """
    if not _collecting:
        return _OFF
    return _collecting[-1].span(name, kind, {key.replace("__", "."): value for key, value in attributes.items()})
