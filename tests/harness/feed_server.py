"""Plays external sources over HTTP: whatever a test has it say, by path, and what it was asked."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.harness.http_server import Quiet, answering


@dataclass
class Said:
    """One answer. ``drips``: seconds between its bytes; ``promises``: another length than it has."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drips: float = 0.0
    promises: int | None = None


@dataclass
class FeedServer:
    """``says[path]`` is an answer or gives one for the headers of the question; ``asked`` is what came, in order."""

    url: str
    says: dict[str, Said | Callable[[Mapping[str, str]], Said]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def at(self, path: str, body: bytes | str = b"", **more: Any) -> str:
        """Have a path say something; gives its address."""
        self.says[path] = Said(body.encode() if isinstance(body, str) else body, **more)
        return self.url + path


@contextmanager
def feed_server() -> Iterator[FeedServer]:
    """A server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    played = FeedServer(url=f"http://127.0.0.1:{server.server_address[1]}")

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            played.asked.append((self.path, headers))
            found = played.says.get(self.path, Said(status=404))
            said = found(headers) if callable(found) else found
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) if said.promises is None else said.promises))
            self.end_headers()
            try:
                if not said.drips:
                    self.wfile.write(said.body)
                    return
                for byte in said.body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(said.drips)
            except OSError:
                return

    with answering(server, Handler):
        yield played


TAIPOWER = "營業區處,請求號數,工作概述,第一次停電時間,第二次停電時間,停電範圍,查詢電話(1911)"


def archive(*rows: str, header: str = TAIPOWER, encoding: str = "utf-8-sig", **others: bytes) -> bytes:
    """Taipower's ZIP: one district's CSV of these rows, the files that hold none, and ``others`` by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.csv", "file,rows\n101.csv,1\n")
        made.writestr("schema-101.csv", "欄位,說明\n請求號數,編號\n")
        made.writestr("101.csv", "\n".join((header, *rows)).encode(encoding))
        for name, content in others.items():
            made.writestr(name, content)
    return out.getvalue()


def water_stop(**changes: Any) -> dict[str, Any]:
    """A row of Taiwan Water's list: a planned stop of all 楠梓區."""
    row = {
        "案件編號": "07C0001", "區處": "第七區管理處", "案件日期時間": "2026-03-03 08:00:00",
        "恢復日期時間": "2026-03-03 17:00:00", "屬性": "計畫性", "停水類型": "停水", "影響縣市": "高雄市",
        "影響行政區": "楠梓區", "停水地區": "[楠梓區全區]", "降壓地區": "null", "停水原因": "[汰換管線]",
        "連絡電話": "1910",
    }  # fmt: skip
    return {**row, **changes}


def cap(
    prose: str, *, key: str = "dgpa_1", sent: str = "2026-03-02T20:00:00+08:00", codes: tuple[str, ...] = ("64",),
    kind: str = "Alert", status: str = "Actual", references: str = "", list_of: str = "Taiwan_Geocode_103",
) -> str:  # fmt: skip
    """A CAP message of 停班停課; ``codes`` of the list ``list_of``."""
    areas = "".join(f"<geocode><valueName>{list_of}</valueName><value>{code}</value></geocode>" for code in codes)
    info = (
        f"<info><event>停班停課</event><effective>{sent}</effective><expires>{sent[:10]}T23:59:59+08:00</expires>"
        f"<description>{prose}</description><area><areaDesc>x</areaDesc>{areas}</area></info>"
    )
    return (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sender>dgpa.gov.tw</sender>'
        f"<identifier>{key}</identifier>"
        f"<sent>{sent}</sent><status>{status}</status><msgType>{kind}</msgType><references>{references}</references>"
        f"{'' if kind == 'Cancel' else info}</alert>"
    )


def atom(*entries: tuple[str, str]) -> str:
    """An index of messages: (address, what the entry says)."""
    made = "".join(
        f"<entry><id>{href}</id><title>停班停課</title><updated>2026-03-02T20:00:{n:02}+08:00</updated>"
        f'<link rel="alternate" href="{href}"/><summary>{says}</summary></entry>'
        for n, (href, says) in enumerate(entries)
    )
    return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">{made}</feed>'


def several(*alerts: str) -> str:
    """Some messages in one document."""
    return f"<alerts>{''.join(alerts)}</alerts>"
