"""The composition root: settings to engine, knowledge, sender, clock and the web application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles

from bot import heap, tracing
from bot.antivirus import Clamd
from bot.api import routes as api
from bot.channels import PLUGS, plugged
from bot.desk import routes as desk
from bot.desk.reporting import pages as turnaround
from bot.feed_client import HttpFeedClient
from bot.file_storage import build_storage
from bot.firm import routes as firm_pages
from bot.llm_client import ChatModel
from bot.mail import SmtpMailer
from bot.oidc import OidcProvider
from bot.runtime import Plug, Runtime
from bot.semantic import SemanticService
from bot.settings import Settings, SettingsError
from bot.web import errors, health, logs, public_pages
from bot.web.access_refusals import AccessRefusals, NoteRefusals
from bot.web.limits.bodies import Bounds
from bot.web.limits.connections import BoundedProtocol
from bot.web.live import Live
from bot.web.request_spans import RequestSpans
from bot.web.security import SecurityMiddleware
from bot.web.token_refusals import TokenRefusals
from bot.worker import KnowledgeWatch, Worker, run_until_signalled
from knowledge.calendar.office_calendar import load_calendar
from knowledge.offices.directory import load_offices
from knowledge.privacy import load_privacy
from knowledge.wording import load_sentences
from routing.domain.decision import Thresholds
from routing.ports import IdentityProvider, LanguageModel, Mailer
from routing.service.conversation.reader import Likeness, Reader
from routing.service.feeds.catalogue import feeds_of
from routing.service.files.scanning import Scanner
from routing.service.knowledge_admin.active import Knowledge
from routing.service.maintenance import databases
from routing.service.messaging.inbox_writer import Intake
from routing.service.office_context import OfficeContext, OfficeContextProvider
from routing.store.listening import Listener
from routing.store.session import Database

log = structlog.get_logger("app")


def clock(settings: Settings) -> Callable[[], datetime]:
    """The one clock, shifted by ``ONESTOP_CLOCK_OFFSET`` seconds in demo and tests."""
    offset = timedelta(seconds=settings.clock_offset)
    return lambda: datetime.now(UTC) + offset  # noqa: TID251


def build_runtime(
    settings: Settings, *, now: Callable[[], datetime] | None = None, demo: bool = False,
    plugs: Mapping[str, Plug] | None = None,
) -> Runtime:  # fmt: skip
    """Everything a process needs, from the settings."""
    channels = {name: plug.channel for name, plug in (plugs or plugged(settings)).items()}
    office = OfficeContext(
        agency_code=settings.agency_code,
        base_url=settings.base_url,
        calendar=load_calendar(),
        offices=load_offices(),
        sentences=load_sentences(),
        channels={name: channel.limits for name, channel in channels.items()},
        demo=demo,
        secret=settings.secret_key,
        keep_files_days=settings.keep_files,
        mail=bool(settings.smtp_url),
        notice=load_privacy().as_deployed(
            settings.recipients, keep_files_days=settings.keep_files, drafts=settings.llm_endpoint is not None
        ),
        quota_warning=settings.quota_warning,
        approved_first=settings.approved_first,
    )
    database = Database(settings.database_url, clock=now)
    known = Knowledge(database, cache=settings.data_dir / "cache", overlay=settings.data_dir / "knowledge")
    return Runtime(
        settings=settings,
        database=database,
        office_provider=OfficeContextProvider(office),
        reader=Reader(known.build, Thresholds.shipped(), likeness=build_likeness(settings)),
        knowledge=known,
        files=build_storage(settings),
        scanner=build_scanner(settings),
        mailer=build_mailer(settings),
        identity_provider=build_identity_provider(settings),
        firm_provider=build_firm_provider(settings),
        channels=channels,
        feeds=feeds_of(settings.feed_urls, every=timedelta(minutes=settings.feed_minutes)),
        feed_client=HttpFeedClient(),
        now=now or clock(settings),
    )


def build_scanner(settings: Settings) -> Scanner | None:
    """Who searches files for viruses; None unless the branch has named one."""
    return Clamd(settings.clamd) if settings.clamd else None


def build_mailer(settings: Settings) -> Mailer | None:
    """What sends mail; None unless the branch has named a server.

    Raises:
        SettingsError: there is a server and no sender.
    """
    if not settings.smtp_url:
        return None
    if not settings.smtp_from:
        raise SettingsError("設定了 ONESTOP_SMTP_URL 時，ONESTOP_SMTP_FROM（寄件地址）也要設定。")
    return SmtpMailer(settings.smtp_url, settings.smtp_from)


def build_identity_provider(settings: Settings) -> IdentityProvider | None:
    """The agency's single sign-on; None unless the branch has named one.

    Raises:
        SettingsError: one of its three settings is missing, or roles have to use it and there is none.
    """
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if not any((*given, settings.oidc_roles)):
        return None
    if not all(given):
        raise SettingsError(
            "單一登入須同時設定 ONESTOP_OIDC_ISSUER、ONESTOP_OIDC_CLIENT_ID 與 ONESTOP_OIDC_CLIENT_SECRET。"
        )
    return OidcProvider(*given)


def build_firm_provider(settings: Settings) -> IdentityProvider | None:
    """Who signs firms in; None unless the branch has named one.

    Raises:
        SettingsError: one of its settings is missing, or the pages of firms are off.
    """
    given = (settings.firm_oidc_issuer, settings.firm_oidc_client_id, settings.firm_oidc_client_secret)
    if not any((*given, settings.firm_oidc_claim)):
        return None
    if not all((*given, settings.firm_oidc_claim, settings.firm_pages)):
        raise SettingsError(
            "廠商單一登入須設定 ONESTOP_FIRM_PAGES=on，並同時設定 ONESTOP_FIRM_OIDC_ISSUER、"
            "ONESTOP_FIRM_OIDC_CLIENT_ID、ONESTOP_FIRM_OIDC_CLIENT_SECRET 與 ONESTOP_FIRM_OIDC_CLAIM。"
        )
    return OidcProvider(*given, scope="openid profile")


def build_likeness(settings: Settings) -> Likeness | None:
    """The service that may reorder choices; None unless the branch has named one."""
    if not settings.semantic_url:
        return None
    return SemanticService(
        settings.semantic_url, settings.semantic_key, settings.semantic_model, seconds=settings.semantic_timeout / 1000
    )


def build_model(settings: Settings) -> LanguageModel | None:
    """What drafts for officers; None unless the branch has named one. The web application alone holds it: no worker.

    Raises:
        SettingsError: there is an address and no model's name.
    """
    if not settings.llm_url:
        return None
    if not settings.llm_model:
        raise SettingsError("設定了 ONESTOP_LLM_URL 時，ONESTOP_LLM_MODEL（模型名稱）也要設定。")
    return ChatModel(settings.llm_url, settings.llm_key, settings.llm_model, seconds=settings.llm_timeout)


def check_ready(settings: Settings, database: Database, *, demo: bool) -> None:
    """Refuse to serve what cannot be served well.

    Raises:
        SettingsError: no LINE credentials, an old or newer schema, a demo database outside the demo, or an SQLite file
            that another process serves.
    """
    if not demo and not (settings.line_channel_secret and settings.line_channel_access_token):
        raise SettingsError(
            "缺少 LINE_CHANNEL_SECRET 或 LINE_CHANNEL_ACCESS_TOKEN；請設定後再啟動，或以 onestop demo 試用。"
        )
    problem = databases.why_not(database, demo=demo)
    if problem is not None:
        raise SettingsError(problem)
    if not database.process_lock.take():
        raise SettingsError(
            "另一個 onestop 行程正在使用這個 SQLite 資料庫；請先停止它。需要多個行程時，請改用 PostgreSQL。"
        )


def create_app(
    settings: Settings,
    *,
    now: Callable[[], datetime] | None = None,
    demo: bool = False,
    with_worker: bool = True,
    framed_by: tuple[str, ...] = (),
    plugs: Sequence[Callable[[Settings], Plug]] = PLUGS,
) -> FastAPI:
    """The web application; with the worker inside unless told otherwise. ``framed_by``: who may frame its pages."""
    channels = plugged(settings, plugs)
    app = FastAPI(
        title="單一窗口 onestop", lifespan=_lifespan(with_worker=with_worker), openapi_url="/api/v1/openapi.json",
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    set_runtime(app, build_runtime(settings, now=now, demo=demo, plugs=channels))
    app.add_middleware(errors.LastResort)
    app.add_middleware(NoteRefusals)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(SecurityMiddleware, base_url=settings.base_url, framed_by=framed_by)
    if settings.otlp_endpoint:
        app.add_middleware(RequestSpans)
    for plug in channels.values():
        plug.receive(app)
    app.add_middleware(Bounds)
    errors.install(app)
    for family in (api, desk, turnaround, firm_pages, public_pages, health):
        app.include_router(family.router)
    app.mount("/static/vendor", StaticFiles(directory=_vendor()), name="vendor")
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "web" / "static"), name="static")
    return app


def set_runtime(app: FastAPI, runtime: Runtime) -> None:
    """What the application serves from now on; its address (``base_url``) stays the one it was made with."""
    app.state.runtime = runtime
    app.state.probe = health.Probe(runtime.database, runtime.now)
    app.state.refusals = TokenRefusals(runtime.database)
    app.state.access_refusals = AccessRefusals(runtime.database)
    app.state.live = Live(runtime)
    app.state.model = build_model(runtime.settings)


def _vendor() -> Path:
    """The folder inside django-htmx that holds htmx itself; nothing of Django is imported."""
    return Path(str(resources.files("django_htmx") / "static" / "django_htmx"))


def _lifespan(*, with_worker: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runtime: Runtime = app.state.runtime
        worker = Worker(runtime) if with_worker else None
        app.state.intake = Intake(runtime.database, worker.wake if worker else _nobody_to_wake)
        # A worker watches the knowledge itself; a process without one still shows and tries it.
        watch = None if worker else KnowledgeWatch(runtime)
        # So does it listen for what others have written.
        listener = None if worker else Listener(runtime.database)
        collected = tracing.start(runtime.settings, runtime.database.engine)
        for part in (watch, listener, worker):
            if part:
                part.start()
        yield
        app.state.intake.stop()
        app.state.probe.stop()
        app.state.live.stop()
        app.state.access_refusals.settle(now=runtime.now())
        if watch:
            watch.stop()
        if listener:
            listener.stop()
        if worker:
            worker.stop()
        tracing.stop(collected)
        runtime.database.dispose()

    return lifespan


def _nobody_to_wake() -> None:
    """The workers are other processes; they look for themselves."""


def run_server(settings: Settings, host: str, port: int, *, with_worker: bool = True) -> None:
    """Serve until told to stop. Raises SettingsError if it must not start."""
    logs.configure(settings.log_level)
    app = create_app(settings, with_worker=with_worker)
    check_ready(settings, app.state.runtime.database, demo=False)
    heap.claim()
    uvicorn.run(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=8, proxy_headers=False, http=BoundedProtocol,
    )  # fmt: skip


def run_worker(settings: Settings) -> None:
    """Work off inbox, outbox and timers until told to stop. Raises SettingsError if it must not start."""
    logs.configure(settings.log_level)
    runtime = build_runtime(settings)
    check_ready(settings, runtime.database, demo=False)
    heap.claim()
    run_until_signalled(Worker(runtime))
    runtime.database.dispose()
