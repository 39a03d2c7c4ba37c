"""A collector of traces (OTLP over HTTP): keeps what it is sent, read by OpenTelemetry's own messages."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.harness.http_server import Quiet, answering


@dataclass(frozen=True, slots=True)
class Collected:
    """One span as it came: ids in hex, ``parent`` empty for a trace's first, ``kind`` as OpenTelemetry numbers it."""

    name: str
    kind: int
    id: str
    parent: str
    seconds: float
    failed: bool
    attributes: dict[str, Any]


@dataclass
class Collector:
    """``url``: what OTEL_EXPORTER_OTLP_ENDPOINT is set to. ``raw``: bodies as they came, unpacked."""

    url: str
    raw: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    @property
    def services(self) -> set[str]:
        """Who says that it sent them."""
        return {
            one.value.string_value
            for body in self._bodies()
            for group in body.resource_spans
            for one in group.resource.attributes
            if one.key == "service.name"
        }

    @property
    def spans(self) -> list[Collected]:
        """Every span, in the order in which they came."""
        return [
            Collected(
                span.name, span.kind, span.span_id.hex(), span.parent_span_id.hex(),
                (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9, span.status.code == 2,
                {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes},
            )
            for body in self._bodies()
            for group in body.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]  # fmt: skip

    def named(self, name: str) -> list[Collected]:
        """The spans of this name."""
        return [span for span in self.spans if span.name == name]

    def _bodies(self) -> list[Any]:
        return [ExportTraceServiceRequest.FromString(body) for body in list(self.raw)]


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector on this machine, while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    kept = Collector(url=f"http://127.0.0.1:{server.server_address[1]}")

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.raw.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            kept.heads.append({name.lower(): value for name, value in self.headers.items()})
            kept.paths.add(self.path)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with answering(server, Handler):
        yield kept
