"""The long trial of what reads from outside: the API by schemathesis, the parsers by atheris. Neither is in a lock.

``python -m tests.trial fuzz``: schemathesis, a program of its own, makes calls of our OpenAPI document against a
running product; nothing may end in a server error or in an answer that the document does not describe. atheris,
installed into the same environment, runs each parser on bytes that find new ways through it; a parser may refuse in its
own words (``_REFUSALS``) and nothing else. ``python -m tests.trial.fuzzing NAME`` is one parser in its own process.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib import import_module, util
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.harness.processes import ROOT
from tests.harness.product import Product
from tests.trial.programs import Seen

_CHECKS = ",".join(
    f"{name}_conformance" for name in ("response_schema", "status_code", "content_type")
) + ",not_a_server_error"  # fmt: skip
_RECEIVED = datetime(2026, 11, 2, 1, tzinfo=UTC)
_MADE = re.compile(r"^\s*(\d+) generated", re.MULTILINE)
_FAILED = re.compile(r"^\s*❌ (.+: \d+)$", re.MULTILINE)
_RUNS = re.compile(r"Done (\d+) runs")


def missing() -> list[str]:
    """What the trial needs and is not there."""
    found = [] if shutil.which("schemathesis") else ["schemathesis (pip install schemathesis, anywhere on PATH)"]
    return found if util.find_spec("atheris") else [*found, "atheris (pip install atheris, in this environment)"]


def api(product: Product, examples: int) -> Seen:
    """So many examples of each operation, as an officer who may do all; what the document does not say is a failure."""
    done = subprocess.run(
        [
            "schemathesis", "run", f"{product.url}/api/v1/openapi.json", "--checks", _CHECKS,
            "--header", f"Authorization: Bearer {product.tokens['sue']}", "--max-examples", str(examples),
            "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--request-timeout", "30",
            "--no-color",
        ],
        capture_output=True, text=True, check=False, cwd=product.folder,
    )  # fmt: skip
    made = _MADE.search(done.stdout)
    failed = ", ".join(_FAILED.findall(done.stdout)) or ("none" if done.returncode == 0 else done.stdout[-2000:])
    return f"schemathesis: {made[1] if made else 'no'} calls, failures: {failed}", done.returncode == 0


def parsed(name: str, seconds: int) -> Seen:
    """One parser for so long, from the small inputs that lie in ``SEEDS``."""
    with TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS.get(name, ())):
            (Path(folder) / f"seed{number}").write_bytes(seed)
        done = subprocess.run(
            [sys.executable, "-m", "tests.trial.fuzzing", name, f"-max_total_time={seconds}", "-max_len=4096", folder],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
    runs = _RUNS.search(done.stderr)
    fell = "nothing fell" if done.returncode == 0 else "\n" + (done.stdout + done.stderr)[-3000:]
    return f"atheris, {name}, {seconds} s: {runs[1] if runs else 'no'} runs, {fell}", done.returncode == 0


def _events(data: bytes) -> None:
    """A signed body as LINE sends it, split, hidden and read as the worker reads it."""
    webhook, events = import_module("bot.line.webhook"), import_module("bot.line.events")
    for event in webhook.split(data, now=_RECEIVED):
        events.read_event(event.raw, event_at=0)


def _language(data: bytes) -> None:
    """What a firm writes, as understanding takes it apart."""
    text = data.decode("utf-8", "surrogateescape")
    for module, function in (
        ("text", "normalise"), ("text", "detect_language"), ("text", "sentences"), ("masking", "mask"),
        ("hokkien", "in_mandarin"), ("sensitive", "hidden"),
    ):  # fmt: skip
        getattr(import_module(f"knowledge.language.{module}"), function)(text)


def _times(data: bytes) -> None:
    """The days and times of the feeds."""
    tables, text = import_module("routing.domain.feeds.tables"), data.decode("utf-8", "replace")
    tables.window(text), tables.instant(text)


def _called(module: str, function: str, *before: Any, listed: bool = False) -> Callable[[bytes], None]:
    def call(data: bytes) -> None:
        found = getattr(import_module(module), function)(*before, [data] if listed else data)
        if found is not None and hasattr(found, "__next__"):
            list(found)

    return call


PARSERS: Mapping[str, Callable[[bytes], None]] = {
    "events": _events,
    "language": _language,
    "times": _times,
    "json": _called("bot.web.bodies", "read_json"),
    "sheets": _called("bot.web.sheets", "read"),
    "taipower": _called("routing.domain.feeds.outages", "read_taipower"),
    "water": _called("routing.domain.feeds.outages", "read_water"),
    "closures": _called("routing.domain.feeds.closures", "announcements"),
    "closures_index": _called("routing.domain.feeds.closures", "index"),
    "registry": _called("routing.domain.feeds.registry", "read_registry", "04595257", listed=True),
}
_REFUSALS = {"OnestopError", "NotACallbackError"}
"""The product's own refusals, by the name of the class or of one that it is made of."""
_MODULES = (
    "bot.line.webhook", "bot.line.events", "bot.web.bodies", "bot.web.sheets", "routing.domain.feeds.tables",
    "routing.domain.feeds.outages", "routing.domain.feeds.closures", "routing.domain.feeds.registry",
    "knowledge.language.text", "knowledge.language.masking", "knowledge.language.hokkien",
    "knowledge.language.sensitive",
)  # fmt: skip


def _archive() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(
            "a.csv", "\ufeff營業區處,請求號數,工作概述,第一次停電時間,第二次停電時間,停電範圍,查詢電話\n"
            "高雄區處,1,a,2026/09/05 09:00~16:00,無,高雄市楠梓區加昌路,1911\n",
        )  # fmt: skip
    return body.getvalue()


SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "events": (
        (
            b'{"destination":"U0","events":[{"type":"message","timestamp":1,"source":{"type":"user","userId":"U1"},'
            b'"message":{"id":"1","type":"text","text":"a"},"webhookEventId":"E1","deliveryContext":{}}]}'
        ),
    ),
    "json": (b'{"a":[1,2.5,"x",null,true]}',),
    "sheets": ("案號,廠商\n1,晴川\n".encode(), "案號\t廠商\r\n1\t晴川\r\n".encode("cp950")),
    "times": (b"2026/09/05 09:00~16:00", b"1140318 1300~1630"),
    "taipower": (_archive(),),
    "water": (
        '[{"案件編號":"1","案件日期時間":"2026-09-05 09:00","恢復日期時間":"2026-09-05 16:00","影響縣市":"高雄市",'
        '"影響行政區":"楠梓區","停水地區":"a","停水原因":"b"}]'.encode(),
    ),
    "closures": (
        (
            b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a</identifier><status>Actual</status>'
            b"<msgType>Alert</msgType><info><expires>2026-09-05T23:59:59+08:00</expires><area><areaDesc>x</areaDesc></area>"
            b"</info></alert>"
        ),
    ),
    "closures_index": (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="x"/><title>y</title></entry></feed>',
    ),
    "registry": (b'[{"Business_Accounting_NO":"04595257","Company_Name":"x"}]',),
    "language": ("請問租地要繳多少預約金？How long does it take? 工場を建てたい".encode(),),
}


def read(name: str, data: bytes) -> bool:
    """Whether a parser takes these bytes, or refuses them in its own words; what else it raises is a fault."""
    try:
        PARSERS[name](data)
    except Exception as error:
        if not any(kind.__name__ in _REFUSALS for kind in type(error).__mro__):
            raise
        return False
    return True


def main() -> None:
    """One parser in this process, which atheris ends; a refusal in the parser's own words is what should be."""
    atheris = import_module("atheris")
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=list(_MODULES)):
        for module in _MODULES:
            import_module(module)

    atheris.Setup(sys.argv, partial(read, name))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
