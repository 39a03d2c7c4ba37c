"""The only reader of the environment: one frozen, typed value, passed down from the composition root.

Every name is described in docs/settings.md. An unknown ``ONESTOP_…`` name is an error, so that a slip of the pen
does not silently leave a default in force; ``ONESTOP_TEST_…`` belongs to the test suite.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from io import StringIO
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dotenv.parser import parse_stream
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from routing.domain.assist.switch import Endpoint
from routing.domain.case import Kind
from routing.domain.drafts import DECLINED
from routing.domain.permissions import Role, SignInRules
from routing.service.maintenance.retention import LOG_DAYS, Periods

_PREFIX = "ONESTOP_"
_TEST_PREFIX = "ONESTOP_TEST_"
_FILE, _ENCODING = ".env", "utf-8-sig"
_HEADER = re.compile(r"[A-Za-z0-9-]+=[\x21-\x7e]*")


SENDS_OUT = frozenset(
    {
        "ONESTOP_SEMANTIC_URL", "ONESTOP_SMTP_URL", "ONESTOP_FILES_URL", "AWS_ENDPOINT_URL", "ONESTOP_CLAMD",
        "ONESTOP_FEED_REGISTRY_URL", "ONESTOP_LLM_URL", "ONESTOP_OIDC_ISSUER",
        "ONESTOP_FIRM_OIDC_ISSUER",
    }
)  # fmt: skip
"""Settings that name whom personal data is sent to: where one is set, the privacy notice names it (``recipients``)."""


class SettingsError(ValueError):
    """The settings cannot be used; the message says which and what to do."""


def _host_and_port(url: str) -> bool:
    try:
        return urlsplit(url).port is None or urlsplit(url).port != 0
    except ValueError:
        return False


class Settings(BaseSettings):
    """All settings. LINE's own keep LINE's names; ours begin with ``ONESTOP_``."""

    model_config = SettingsConfigDict(env_file=_FILE, env_file_encoding=_ENCODING, extra="ignore", frozen=True)

    line_channel_secret: str = Field("", alias="LINE_CHANNEL_SECRET", repr=False)
    line_channel_access_token: str = Field("", alias="LINE_CHANNEL_ACCESS_TOKEN", repr=False)
    line_api_base: str = Field("https://api.line.me", alias="LINE_API_BASE")
    line_data_api_base: str = Field("https://api-data.line.me", alias="LINE_DATA_API_BASE")
    database_url: str = Field("sqlite:///data/onestop.db", alias="ONESTOP_DATABASE_URL", repr=False)
    secret_key: str = Field("", alias="ONESTOP_SECRET_KEY", repr=False)
    base_url: str = Field("http://127.0.0.1:8000", alias="ONESTOP_BASE_URL")
    agency_code: str = Field("KP", alias="ONESTOP_AGENCY_CODE")
    data_dir: Path = Field(Path("data"), alias="ONESTOP_DATA_DIR")
    clock_offset: float = Field(0.0, alias="ONESTOP_CLOCK_OFFSET", ge=-1e9, le=1e9)
    log_level: str = Field("INFO", alias="ONESTOP_LOG_LEVEL")
    metrics_token: str = Field("", alias="ONESTOP_METRICS_TOKEN", repr=False)
    otlp_endpoint: str = Field("", alias="OTEL_EXPORTER_OTLP_ENDPOINT", repr=False)
    otlp_headers: str = Field("", alias="OTEL_EXPORTER_OTLP_HEADERS", repr=False)
    otel_service_name: str = Field("onestop", alias="OTEL_SERVICE_NAME")
    semantic_url: str = Field("", alias="ONESTOP_SEMANTIC_URL")
    semantic_key: str = Field("", alias="ONESTOP_SEMANTIC_KEY", repr=False)
    semantic_model: str = Field("text-embedding-3-small", alias="ONESTOP_SEMANTIC_MODEL")
    semantic_timeout: int = Field(800, alias="ONESTOP_SEMANTIC_TIMEOUT", ge=50, le=800)
    llm_url: str = Field("", alias="ONESTOP_LLM_URL", repr=False)
    llm_key: str = Field("", alias="ONESTOP_LLM_KEY", repr=False)
    llm_model: str = Field("", alias="ONESTOP_LLM_MODEL", max_length=120)
    llm_timeout: int = Field(60, alias="ONESTOP_LLM_TIMEOUT", ge=1, le=180)
    breach_notice_hours: int = Field(24, alias="ONESTOP_BREACH_NOTICE_HOURS", ge=1, le=720)
    token_days: int = Field(365, alias="ONESTOP_TOKEN_DAYS", ge=1, le=3650)
    second_factor: str = Field("", alias="ONESTOP_SECOND_FACTOR")
    approval: str = Field("", alias="ONESTOP_APPROVAL")
    trusted_proxies: str = Field("", alias="ONESTOP_TRUSTED_PROXIES")
    quota_warning: int = Field(80, alias="ONESTOP_QUOTA_WARNING", ge=1, le=100)
    files_url: str = Field("", alias="ONESTOP_FILES_URL")
    files_endpoint: str = Field("", alias="AWS_ENDPOINT_URL")
    files_region: str = Field("us-east-1", alias="AWS_REGION")
    files_access_key: str = Field("", alias="AWS_ACCESS_KEY_ID", repr=False)
    files_secret_key: str = Field("", alias="AWS_SECRET_ACCESS_KEY", repr=False)
    clamd: str = Field("", alias="ONESTOP_CLAMD")
    feed_taipower_url: str = Field("", alias="ONESTOP_FEED_TAIPOWER_URL", repr=False)
    feed_water_url: str = Field("", alias="ONESTOP_FEED_WATER_URL", repr=False)
    feed_closures_url: str = Field("", alias="ONESTOP_FEED_CLOSURES_URL", repr=False)
    feed_registry_url: str = Field("", alias="ONESTOP_FEED_REGISTRY_URL", repr=False)
    feed_minutes: int = Field(15, alias="ONESTOP_FEED_MINUTES", ge=1, le=1440)
    oidc_issuer: str = Field("", alias="ONESTOP_OIDC_ISSUER")
    oidc_client_id: str = Field("", alias="ONESTOP_OIDC_CLIENT_ID")
    oidc_client_secret: str = Field("", alias="ONESTOP_OIDC_CLIENT_SECRET", repr=False)
    oidc_roles: str = Field("", alias="ONESTOP_OIDC_ROLES")
    firm_pages: str = Field("", alias="ONESTOP_FIRM_PAGES")
    firm_oidc_issuer: str = Field("", alias="ONESTOP_FIRM_OIDC_ISSUER")
    firm_oidc_client_id: str = Field("", alias="ONESTOP_FIRM_OIDC_CLIENT_ID")
    firm_oidc_client_secret: str = Field("", alias="ONESTOP_FIRM_OIDC_CLIENT_SECRET", repr=False)
    firm_oidc_claim: str = Field("", alias="ONESTOP_FIRM_OIDC_CLAIM")
    smtp_url: str = Field("", alias="ONESTOP_SMTP_URL", repr=False)
    smtp_from: str = Field("", alias="ONESTOP_SMTP_FROM")
    keep_inbox: int | None = Field(None, alias="ONESTOP_KEEP_INBOX", ge=1)
    keep_chat: int | None = Field(None, alias="ONESTOP_KEEP_CHAT", ge=1)
    keep_files: int = Field(1, alias="ONESTOP_KEEP_FILES", ge=1)
    keep_contacts: int | None = Field(None, alias="ONESTOP_KEEP_CONTACTS", ge=1)
    keep_sent: int | None = Field(None, alias="ONESTOP_KEEP_SENT", ge=1)
    keep_audit: int | None = Field(None, alias="ONESTOP_KEEP_AUDIT", ge=LOG_DAYS)
    keep_sign_in: int | None = Field(None, alias="ONESTOP_KEEP_SIGN_IN", ge=LOG_DAYS)
    keep_assist: int | None = Field(None, alias="ONESTOP_KEEP_ASSIST", ge=1)
    idle_accounts: int | None = Field(None, alias="ONESTOP_IDLE_ACCOUNTS", ge=30)

    @field_validator("agency_code")
    @classmethod
    def _capitals(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{2,4}", value):
            raise ValueError("must be two to four capital letters")
        return value

    @field_validator("line_api_base", "line_data_api_base", "base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/]+[^\s]*", value) or not _host_and_port(value):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("semantic_url", "files_endpoint", "otlp_endpoint")
    @classmethod
    def _address_or_none(cls, value: str) -> str:
        return cls._address(value) if value else ""

    @field_validator("llm_url")
    @classmethod
    def _model_server(cls, value: str) -> str:
        # What firms wrote goes there: https, or a machine of the office's own network.
        if not value:
            return ""
        address = cls._address(value)
        if address.startswith("http://") and not _near(urlsplit(address).hostname or ""):
            raise ValueError("must begin with https://, a machine of the own network aside")
        return address

    @field_validator("feed_taipower_url", "feed_water_url", "feed_closures_url")
    @classmethod
    def _source(cls, value: str) -> str:
        # What is read there is answered from: only a line that nobody can change on the way, or this machine itself.
        parts = urlsplit(value) if value and _host_and_port(value) else None
        near = parts is not None and parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if value and (
            parts is None or not parts.hostname or parts.scheme not in ({"https", "http"} if near else {"https"})
        ):
            raise ValueError("must begin with https://")
        return value

    @field_validator("feed_registry_url")
    @classmethod
    def _sources(cls, value: str) -> str:
        return " ".join(cls._source(one) for one in value.split())

    @field_validator("firm_pages")
    @classmethod
    def _on_or_off(cls, value: str) -> str:
        if value not in {"", "on"}:
            raise ValueError("must be on, or empty")
        return value

    @field_validator("firm_oidc_claim")
    @classmethod
    def _claim(cls, value: str) -> str:
        if value and not re.fullmatch(r"[\w.:/-]{1,120}", value, re.ASCII):
            raise ValueError("must be the name of a claim")
        return value

    @field_validator("oidc_issuer", "firm_oidc_issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        # Whom it names may say who anybody is.
        if len(value) > 300 or re.search(r"[\s?#@]", cls._source(value)):
            raise ValueError("must be an https:// address without query, as the provider itself writes it")
        return value

    @field_validator("files_url")
    @classmethod
    def _place_of_files(cls, value: str) -> str:
        if value and not re.fullmatch(r"file:///\S+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\s?#]*)?", value):
            raise ValueError("must be file:///folder or s3://bucket/prefix")
        return value.rstrip("/")

    @field_validator("clamd")
    @classmethod
    def _scanner(cls, value: str) -> str:
        if value and not re.fullmatch(r"unix:/\S+|(tcp://)?[^\s/:]+:\d{1,5}", value):
            raise ValueError("must be tcp://host:port or unix:/path/of/socket")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value and not re.fullmatch(r"smtps?://(?:[^\s/@:]+:[^\s/@]+@)?[^\s/@:]+(?::\d{1,5})?/?", value):
            raise ValueError("must be smtp://[user:password@]host[:port] or smtps://…, signs of the password as %XX")
        if value and not _host_and_port(value):
            raise ValueError("must name a host and a port that there can be")
        return value.rstrip("/")

    @field_validator("smtp_from")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+", value):
            raise ValueError("must be an e-mail address")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        if not _host_and_port(value):
            raise ValueError("must name a host and a port that there can be")
        return value

    @field_validator("clock_offset", mode="before")
    @classmethod
    def _empty_is_zero(cls, value: object) -> object:
        return 0.0 if value == "" else value

    @field_validator(
        "keep_inbox",
        "keep_chat",
        "keep_contacts",
        "keep_sent",
        "keep_audit",
        "keep_sign_in",
        "keep_assist",
        "idle_accounts",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("keep_files", mode="before")
    @classmethod
    def _empty_is_a_day(cls, value: object) -> object:
        return 1 if value == "" else value

    @field_validator(
        "line_channel_secret", "line_channel_access_token", "semantic_key", "metrics_token", "secret_key",
        "files_access_key", "files_secret_key", "llm_key", "oidc_client_id", "oidc_client_secret",
        "firm_oidc_client_id", "firm_oidc_client_secret",
    )  # fmt: skip
    @classmethod
    def _one_word(cls, value: str) -> str:
        # They go into headers and signatures: one that cannot would fail as if LINE had not answered.
        if not re.fullmatch(r"[\x21-\x7e]*", value):
            raise ValueError("must be one word of ASCII letters, digits and signs")
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        """Without the blanks, line ends and byte order marks that come with pasting and with files of secrets."""
        return value.strip("\ufeff \t\r\n\v\f\u3000") if isinstance(value, str) else value

    @property
    def recipients(self) -> dict[str, str]:
        """To whom these settings send what firms wrote or who they are, by the notice's name for them, and where.

        Addresses on this machine are nobody else's.
        """
        bucket = self.files_url.startswith("s3://")
        places = {
            "semantic": self.semantic_url, "mail": self.smtp_url, "antivirus": self.clamd,
            "registry": self.feed_registry_url.partition(" ")[0], "assist": self.llm_url,
            "sign_in": self.oidc_issuer, "firm_sign_in": self.firm_oidc_issuer,
            "files": (self.files_endpoint or f"https://s3.{self.files_region}.amazonaws.com") if bucket else "",
        }  # fmt: skip
        hosts = {name: _host(place) for name, place in places.items()}
        return {name: host for name, host in hosts.items() if host not in {"", "localhost", "127.0.0.1", "::1"}}

    @property
    def feed_urls(self) -> dict[str, str]:
        """The addresses of external sources by their names; empty for those that are off."""
        return {
            "taipower": self.feed_taipower_url, "water": self.feed_water_url, "closures": self.feed_closures_url,
            "registry": self.feed_registry_url,
        }  # fmt: skip

    @field_validator("otlp_headers")
    @classmethod
    def _header_values(cls, value: str) -> str:
        # As OpenTelemetry writes them: values percent-encoded.
        if value and not all(_HEADER.fullmatch(one.strip()) for one in value.split(",")):
            raise ValueError("must be name=value, several with commas")
        return value

    @property
    def otlp_header_values(self) -> dict[str, str]:
        """What the collector of traces wants in each request's head."""
        parts = (one.partition("=") for one in self.otlp_headers.split(",") if one)
        return {name.strip().lower(): unquote(value.strip()) for name, _, value in parts}

    @property
    def llm_endpoint(self) -> Endpoint | None:
        """Which language model drafts for officers, and at which host; None: none does."""
        return Endpoint(_host(self.llm_url), self.llm_model) if self.llm_url else None

    @property
    def periods(self) -> Periods:
        """For how long the agency keeps what; what it has not said is kept."""
        return Periods(
            inbox=self.keep_inbox, chat=self.keep_chat, files=self.keep_files,
            contacts=self.keep_contacts, sent=self.keep_sent, audit=self.keep_audit, sign_in=self.keep_sign_in,
            assist=self.keep_assist,
        )  # fmt: skip

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        _networks_of(value)
        return value

    @field_validator("second_factor", "oidc_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        _roles_of(value)
        return value

    @field_validator("approval")
    @classmethod
    def _known_answers(cls, value: str) -> str:
        if _words_of(value) - {*Kind, DECLINED}:
            raise ValueError(f"must be of {', '.join((*Kind, DECLINED))}")
        return value

    @property
    def approved_first(self) -> frozenset[str]:
        """Answers that another person approves before they are sent."""
        return _words_of(self.approval)

    @property
    def sign_in_rules(self) -> SignInRules:
        """Whose people need a second factor, and whose come by single sign-on alone; everybody else may do either."""
        return SignInRules(_roles_of(self.second_factor), _roles_of(self.oidc_roles))

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The proxies whose word on the caller's address is taken."""
        return _networks_of(self.trusted_proxies)

    @property
    def public_host(self) -> str:
        """The host, without a port, that browsers and LINE reach us at: a name or an address."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def passkey_domain(self) -> str | None:
        """The public host where passkeys can be made for it; None: it is an address, or is reached without https."""
        host = self.public_host
        named = host == "localhost" or (self.https and "." in host and not re.fullmatch(r"[\d.]+", host))
        return host if named else None

    @property
    def certificate_at(self) -> tuple[str, int] | None:
        """Public host and port at which our certificate is shown; None without https."""
        return (self.public_host, urlsplit(self.base_url).port or 443) if self.https and self.public_host else None

    @property
    def https(self) -> bool:
        """Whether browsers reach us by https; decides the cookie's name and flags."""
        return self.base_url.startswith("https://")


def _near(host: str) -> bool:
    """Whether a host is this machine or one of the office's own network: a private address, or a name without a dot."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host


def _host(url: str) -> str:
    if not url or url.startswith("unix:"):
        return ""
    return urlsplit(url if "://" in url else f"tcp://{url}").hostname or ""


def _roles_of(value: str) -> frozenset[Role]:
    return frozenset(Role(part.strip()) for part in value.split(",") if part.strip())


def _words_of(value: str) -> frozenset[str]:
    return frozenset(part.strip() for part in value.split(",") if part.strip())


def _networks_of(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())


def setting_names() -> dict[str, str]:
    """Every setting's name in the environment, with its default as text."""
    return {str(field.alias): str(field.default) for field in Settings.model_fields.values()}


def load_settings(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Read the environment (and ``.env``) once.

    Raises:
        SettingsError: a value cannot be used, a line of the file cannot be read, or a name beginning with ONESTOP_, in
            either, is not one of ours.
    """
    names = {*(os.environ if environ is None else environ), *_names_in_file(Path(_FILE))}
    known = setting_names()
    unknown = sorted(
        name for name in names if name.startswith(_PREFIX) and not name.startswith(_TEST_PREFIX) and name not in known
    )
    if unknown:
        raise SettingsError(f"不認得的設定：{'、'.join(unknown)}；可用的設定見 docs/settings.md。")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        why = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"設定 {first['loc'][0]} 不正確：{why}。") from None


def _names_in_file(path: Path) -> set[str]:
    """The names that ``.env`` sets. Raises SettingsError: it is no UTF-8 text, or a line of it sets nothing."""
    if not path.is_file():
        return set()
    try:
        text = path.read_bytes().decode(_ENCODING)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SettingsError(f"設定檔 {path} 的文字編碼不是 UTF-8，請另存為 UTF-8。")
    names = set()
    for line in parse_stream(StringIO(text)):
        if line.error or (line.key is not None and line.value is None):
            at = line.original.line + len(line.original.string) - len(line.original.string.lstrip("\n"))
            raise SettingsError(f"設定檔 {path} 第 {at} 行不是「名稱=值」。")
        names |= {line.key} if line.key is not None else set()
    return names
