"""Settings: defaults, what is refused, and that nothing secret is shown (contract §2)."""

import pytest
from pydantic import ValidationError

from bot.settings import Settings, SettingsError, load_settings, setting_names


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    """No settings of this machine's own."""
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


DEFAULTS = [
    ("line_api_base", "https://api.line.me"), ("line_data_api_base", "https://api-data.line.me"),
    ("database_url", "sqlite:///data/onestop.db"), ("agency_code", "KP"), ("clock_offset", 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), DEFAULTS)
def test_defaults(field, value):
    assert getattr(load_settings({}), field) == value


def test_an_unknown_name_of_ours_is_an_error_that_names_it():
    with pytest.raises(SettingsError, match="ONESTOP_AGENCI_CODE"):
        load_settings({"ONESTOP_AGENCI_CODE": "KP"})


@pytest.mark.parametrize("name", ["ONESTOP_TEST_POSTGRES", "ONESTOP_TEST_REQUIRE", "PATH", "LINE_UNKNOWN"])
def test_names_of_the_suite_and_of_others_are_no_error(name):
    assert load_settings({name: "x"}) == load_settings({})


BAD = [
    ("ONESTOP_AGENCY_CODE", "kp"), ("ONESTOP_AGENCY_CODE", "K"), ("ONESTOP_AGENCY_CODE", "KPKPK"),
    ("ONESTOP_AGENCY_CODE", "K1"), ("ONESTOP_DATABASE_URL", "mysql://x"), ("ONESTOP_DATABASE_URL", "postgresql://x"),
    ("ONESTOP_BASE_URL", "window.example"), ("LINE_API_BASE", "ftp://x"), ("ONESTOP_CLOCK_OFFSET", "soon"),
    ("ONESTOP_CLOCK_OFFSET", "nan"), ("ONESTOP_CLOCK_OFFSET", "1e300"), ("ONESTOP_BASE_URL", "http://["),
    ("ONESTOP_DATABASE_URL", "postgresql+psycopg://h:port/d"), ("ONESTOP_BASE_URL", "http://h:99999"),
    ("ONESTOP_QUOTA_WARNING", "9" * 5000),
    ("ONESTOP_QUOTA_WARNING", "0"), ("ONESTOP_QUOTA_WARNING", "101"), ("ONESTOP_SMTP_URL", "mail.example"),
    ("ONESTOP_SMTP_URL", "http://mail.example"), ("ONESTOP_SMTP_URL", "smtp://user@mail.example"),
    ("ONESTOP_SMTP_URL", "smtp://mail.example:0"), ("ONESTOP_SMTP_FROM", "nobody"),
    ("ONESTOP_SMTP_FROM", "a@b.example\nBcc: c@d.example"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_value_that_cannot_be_used_is_one_line_that_names_its_setting(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings({name: value})
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [("ONESTOP_AGENCY_CODE", "KPBR", "agency_code", "KPBR"), ("ONESTOP_CLOCK_OFFSET", "-3600", "clock_offset", -3600.0),
     ("ONESTOP_CLOCK_OFFSET", "", "clock_offset", 0.0), ("ONESTOP_BASE_URL", "https://x.example/", "base_url",
                                                          "https://x.example")],
)  # fmt: skip
def test_a_value_from_the_environment(monkeypatch, name, value, field, read):
    monkeypatch.setenv(name, value)
    assert getattr(load_settings({name: value}), field) == read


@pytest.mark.parametrize("name", sorted(set(setting_names()) - {"ONESTOP_DATA_DIR"}))
def test_every_value_is_read_without_the_blanks_around_it(monkeypatch, name):
    """faults-2 14. Before: a line end in the token made deliveries 'unknown', one in the secret webhooks 401."""
    given = {
        "ONESTOP_DATABASE_URL": "sqlite:///x.db", "ONESTOP_AGENCY_CODE": "KPBR", "ONESTOP_CLOCK_OFFSET": "5",
        "ONESTOP_LOG_LEVEL": "INFO", "ONESTOP_SEMANTIC_TIMEOUT": "700", "ONESTOP_QUOTA_WARNING": "70",
        "ONESTOP_TRUSTED_PROXIES": "10.0.0.5, 172.18.0.0/16", "ONESTOP_FILES_URL": "s3://files/onestop",
        "ONESTOP_CLAMD": "tcp://127.0.0.1:3310", "ONESTOP_SMTP_URL": "smtp://mail.example:25",
        "ONESTOP_SMTP_FROM": "window@example.com", "ONESTOP_FEED_MINUTES": "20",
        "ONESTOP_APPROVAL": "PET,declined", "ONESTOP_TOKEN_DAYS": "90", "ONESTOP_SECOND_FACTOR": "admin",
        "ONESTOP_LLM_TIMEOUT": "30", "ONESTOP_BREACH_NOTICE_HOURS": "12", "ONESTOP_IDLE_ACCOUNTS": "180",
        "ONESTOP_FIRM_PAGES": "on", "ONESTOP_FIRM_OIDC_ISSUER": "https://firms.example",
        "ONESTOP_OIDC_ISSUER": "https://sso.example", "ONESTOP_OIDC_ROLES": "admin, officer",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example:4318",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b, y=c",
    }  # fmt: skip
    plain = given.get(name) or ("https://x.example" if "API_BASE" in name or "URL" in name else None)
    plain = plain or ("2000" if "KEEP" in name else "abc")
    monkeypatch.setenv(name, plain)
    wanted = load_settings({name: plain})
    for around in ("{}\n", "{}\r\n", " {} ", "\ufeff{}", "\t{}\u3000"):
        monkeypatch.setenv(name, around.format(plain))
        assert load_settings({name: plain}) == wanted, around


@pytest.mark.parametrize("name", ["LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "ONESTOP_METRICS_TOKEN"])
@pytest.mark.parametrize("value", ["abc def", "abc\ndef", "權杖", "abc\u200b", "abc\udcff", "Bearer abc"])
def test_a_secret_that_no_header_can_carry_is_refused_at_the_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings({name: value})
    assert name in str(refused.value)
    assert value not in str(refused.value)


def test_a_mark_at_the_beginning_of_the_file_hides_no_setting(tmp_path):
    """Before: the first line of a file saved with a byte order mark was read under another name, and ignored."""
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfLINE_CHANNEL_SECRET=abc\r\nONESTOP_AGENCY_CODE=KPBR\r\n")
    settings = load_settings({})
    assert (settings.line_channel_secret, settings.agency_code) == ("abc", "KPBR")
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfONESTOP_AGENCI_CODE=KP\n")
    with pytest.raises(SettingsError, match="ONESTOP_AGENCI_CODE"):
        load_settings({})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp950"])
def test_a_file_of_another_encoding_is_named_and_never_ignored(tmp_path, encoding):
    """Before: one without a byte order mark was read as other names and ignored; one with it named no file."""
    (tmp_path / ".env").write_bytes("# 設定\r\nONESTOP_AGENCY_CODE=KPBR\r\n".encode(encoding))
    with pytest.raises(SettingsError, match=r"\.env .*UTF-8"):
        load_settings({})


@pytest.mark.parametrize("line", ["ONESTOP_AGENCY_CODE KPBR", "= KPBR", "ONESTOP_AGENCY_CODE", 'LINE_API_BASE="https:'])
def test_a_line_of_the_file_that_sets_nothing_is_named(tmp_path, line):
    """Before: a warning in English, and the default in force."""
    (tmp_path / ".env").write_text(f"# two lines before\n\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"\.env 第 3 行"):
        load_settings({})


def test_a_file_as_people_write_it_is_read(tmp_path):
    text = "# one\n\nexport ONESTOP_AGENCY_CODE='KPBR' # ours\nLINE_CHANNEL_SECRET=\nOTHER=x\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert load_settings({}).agency_code == "KPBR"


def test_https_follows_from_the_address():
    assert Settings(ONESTOP_BASE_URL="https://x.example").https
    assert not Settings().https


def test_settings_do_not_change_and_do_not_show_their_secrets():
    settings = Settings(
        LINE_CHANNEL_SECRET="hunter2", LINE_CHANNEL_ACCESS_TOKEN="hunter2", ONESTOP_SECRET_KEY="hunter2",
        ONESTOP_DATABASE_URL="postgresql+psycopg://u:hunter2@h/d", ONESTOP_METRICS_TOKEN="hunter2",
    )  # fmt: skip
    assert "hunter2" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.agency_code = "XX"


@pytest.mark.parametrize(
    ("base_url", "public_host", "passkey_domain", "certificate_at"),
    [
        ("https://window.example:8443", "window.example", "window.example", ("window.example", 8443)),
        ("https://window.example", "window.example", "window.example", ("window.example", 443)),
        ("http://window.example", "window.example", None, None),
        ("http://localhost:8000", "localhost", "localhost", None),
        ("http://127.0.0.1:8000", "127.0.0.1", None, None),
        ("https://10.0.0.5", "10.0.0.5", None, ("10.0.0.5", 443)),
        ("https://[fd00::5]", "fd00::5", None, ("fd00::5", 443)),
    ],
)
def test_the_public_host_is_one_and_passkeys_and_certificate_follow_from_it(
    base_url, public_host, passkey_domain, certificate_at
):
    settings = Settings(ONESTOP_BASE_URL=base_url)
    assert settings.public_host == public_host
    assert settings.passkey_domain == passkey_domain
    assert settings.certificate_at == certificate_at
