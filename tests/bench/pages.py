"""Lists and reports over fifty thousand cases, one client asking again and again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx

from bot.line.limits import LIMITS
from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from knowledge.offices.directory import load_offices
from knowledge.wording import load_sentences
from routing.service.cases import histories
from routing.service.office_context import OfficeContext, OfficeContextProvider, UnitOfWorkFactory
from routing.service.reporting import measuring
from routing.store.cases.bulk import refresh_statistics
from routing.store.session import Database
from tests.bench.load import Measured, measured
from tests.harness import local_http
from tests.harness.cast import email
from tests.harness.product import PASSWORD, Product

CASES = 50_000
_FIRST = datetime(2025, 1, 2, 8, 30, tzinfo=TAIPEI)
_MONTH = {"from": "2026-01-01", "to": "2026-01-31"}
_YEAR = {"from": "2025-01-01", "to": "2025-12-31"}
_KINDS = (("land", "用地工程科", "olga"), ("tax", "投資服務科", "otto"), ("utilities", "營運管理科", "ivan"))


def _lines(count: int) -> Iterator[str]:
    for number in range(count):
        day, serial = divmod(number, 100)
        received = _FIRST + timedelta(days=day, minutes=serial * 5)
        category, unit, officer = _KINDS[number % 3]
        events = [{"at": (received + timedelta(hours=1)).isoformat(), "event": "assigned", "to": email(officer)}]
        if number % 25:
            for hours, event in ((26, "replied"), (30, "closed")):
                more = (
                    {"by": email(officer), "via": "phone", "text": "已說明。"}
                    if event == "replied"
                    else {"outcome": "answered"}
                )
                events.append({"at": (received + timedelta(hours=hours)).isoformat(), "event": event, **more})
        yield json.dumps({
            "number": f"KP-{received.year - 1911}{received:%m%d}-{serial + 1:04d}", "kind": "ENQ", "category": category,
            "topic": None, "channel": "phone", "park": "楠梓", "unit": unit, "language": "zh-TW",
            "firm": {"name": f"範例{number % 800}精密", "ubn": None}, "subject": f"範例事項 {number}",
            "first_contact_at": received.isoformat(), "received_at": received.isoformat(), "events": events,
        }, ensure_ascii=False)  # fmt: skip


def fill(product: Product) -> None:
    """Import the cases into the product's database, and keep of them what a worker keeps."""
    office = OfficeContext(
        agency_code="KP", base_url=product.url, calendar=load_calendar(), offices=load_offices(),
        sentences=load_sentences(), channels={"line": LIMITS},
    )  # fmt: skip
    work = UnitOfWorkFactory(database=Database(product.database_url), office_provider=OfficeContextProvider(office))
    now = datetime.now(UTC)  # noqa: TID251 - an import happens now
    with work.database.writing() as session:
        result = histories.import_histories(session, office, _lines(CASES), skip_bad=False, now=now)
        refresh_statistics(session)
    measuring.begin_if_needed(work)
    measuring.measure_remaining(work)
    measuring.make_blocks(work, today=now.astimezone(TAIPEI).date())
    work.database.dispose()
    if result.imported != CASES:
        raise RuntimeError(f"{result.imported} cases were taken; {result.refusals[:3]}")


def pages(product: Product, *, times: int = 40) -> dict[str, Measured]:
    """Each page asked for ``times`` times by a supervisor."""
    bearer = {"Authorization": f"Bearer {product.tokens['sue']}"}
    asked = {
        "GET /api/v1/cases?limit=200": ("/api/v1/cases", {"limit": "200"}),
        "GET /api/v1/cases?status=assigned": ("/api/v1/cases", {"limit": "200", "status": "assigned"}),
        "GET /api/v1/cases?q=": ("/api/v1/cases", {"q": "範例事項 49999"}),
        "GET /api/v1/turnaround, one month": ("/api/v1/turnaround", _MONTH),
        "GET /desk": ("/desk", {}),
        "GET /desk?q=, a firm": ("/desk", {"q": "範例77精密"}),
        "GET /desk/cases": ("/desk/cases", {}),
        "GET /desk/cases?q=, words and park": ("/desk/cases", {"q": "事項 楠梓"}),
        "GET /desk/cases?q=, last digits": ("/desk/cases", {"q": "4999"}),
        "GET /desk/cases?q=, said in answers": ("/desk/cases", {"q": "已說明"}),
        "GET /desk/cases?q=, nowhere": ("/desk/cases", {"q": "查無此事"}),
        "GET /desk/turnaround, one month": ("/desk/turnaround", _MONTH),
        "GET /desk/turnaround, a year by unit": ("/desk/turnaround", _YEAR | {"by": "unit"}),
        "GET /desk/turnaround/cases": ("/desk/turnaround/cases", _MONTH | {"figure": "closed_cases"}),
        "GET /desk/turnaround/held": ("/desk/turnaround/held", _MONTH),
    }
    found: dict[str, Measured] = {}
    with local_http.client(base_url=product.url, timeout=120, follow_redirects=True) as browser:
        signed = browser.post(
            "/desk/sign-in", data={"email": email("sue"), "password": PASSWORD}, headers={"Origin": product.url}
        )
        signed.raise_for_status()
        cookies = dict(browser.cookies)
    for name, (path, query) in asked.items():
        with local_http.client(base_url=product.url, timeout=120, follow_redirects=True) as client:
            if path.startswith("/desk"):
                client.cookies.update(cookies)
            headers = {} if path.startswith("/desk") else bearer
            found[name] = _ask(client, path, query, headers, times)
    return found


def _ask(client: httpx.Client, path: str, query: dict[str, str], headers: dict[str, str], times: int) -> Measured:
    client.get(path, params=query, headers=headers)
    taken, failed, begun = list[float](), 0, time.perf_counter()
    for _ in range(times):
        start = time.perf_counter()
        failed += client.get(path, params=query, headers=headers).status_code != 200
        taken.append(time.perf_counter() - start)
    return measured(taken, time.perf_counter() - begun, failed)
