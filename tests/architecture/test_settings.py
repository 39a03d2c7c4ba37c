"""Every setting is documented, and nothing is documented that is no setting (contract of the product, settings)."""

from __future__ import annotations

import importlib
import re

from tests.architecture.tree import ROOT

NAME = re.compile(r"\b(?:ONESTOP|LINE|AWS|OTEL)_[A-Z0-9_]*[A-Z0-9]\b")
PROMISED = frozenset({
    "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "LINE_API_BASE", "LINE_DATA_API_BASE", "ONESTOP_DATABASE_URL",
    "ONESTOP_SECRET_KEY", "ONESTOP_BASE_URL", "ONESTOP_AGENCY_CODE", "ONESTOP_DATA_DIR", "ONESTOP_CLOCK_OFFSET",
})  # fmt: skip


def settings() -> set[str]:
    """The environment names that the settings object reads."""
    model = importlib.import_module("bot.settings").Settings
    prefix = model.model_config.get("env_prefix", "")
    names = set()
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        choices = alias.choices if hasattr(alias, "choices") else [alias or f"{prefix}{name}"]
        names |= {str(choice).upper() for choice in choices}
    return {name for name in names if NAME.fullmatch(name)}


def documented() -> set[str]:
    """The names that open a row of a table in docs/settings.md; what only the suite reads is documented there too."""
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    names = re.findall(r"^\| `((?:ONESTOP|LINE|AWS|OTEL)_[A-Z0-9_]+)`", text, re.MULTILINE)
    return {name for name in names if not name.startswith("ONESTOP_TEST_")}


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert settings() == documented()


def test_every_promised_setting_exists() -> None:
    assert settings() >= PROMISED


def test_the_example_file_names_only_settings() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(NAME.findall(text)) <= settings()


def test_the_compose_file_names_only_settings() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert set(NAME.findall(text)) <= settings()


SENDS_NOTHING_OF_A_PERSON = frozenset({
    "LINE_API_BASE", "LINE_DATA_API_BASE",  # LINE itself, which the notice names always
    "ONESTOP_DATABASE_URL", "ONESTOP_BASE_URL",  # our own
    "ONESTOP_FEED_TAIPOWER_URL", "ONESTOP_FEED_WATER_URL", "ONESTOP_FEED_CLOSURES_URL",  # asked, and told nothing
    "OTEL_EXPORTER_OTLP_ENDPOINT",  # told routes, durations and ids (tests/e2e/test_traces.py)
})  # fmt: skip
ADDRESS = re.compile(r"_(?:URL|BASE|ENDPOINT|HOST|ISSUER|CLAMD|DSN|ADDR|ADDRESS)$")


def test_a_setting_that_names_another_place_says_whether_persons_are_told_of_it() -> None:
    """compliance A5: where one that sends data is set, the privacy notice names it and has another version."""
    module = importlib.import_module("bot.settings")
    addresses = {name for name in settings() if ADDRESS.search(name)}
    assert addresses == module.SENDS_OUT | SENDS_NOTHING_OF_A_PERSON
    elsewhere = {
        "ONESTOP_SMTP_URL": "smtp://there.example.tw",
        "ONESTOP_FILES_URL": "s3://bucket",
        "ONESTOP_CLAMD": "tcp://scan.example.tw:3310",
    }
    for name in module.SENDS_OUT:
        given = {name: elsewhere.get(name, "https://there.example.tw")}
        given |= {"ONESTOP_FILES_URL": "s3://bucket"} if name == "AWS_ENDPOINT_URL" else {}
        assert module.Settings(_env_file=None, **given).recipients, name
    words = importlib.import_module("knowledge.privacy").load_privacy().optional
    everything = {
        "ONESTOP_SEMANTIC_URL": "https://a.example.tw", "ONESTOP_SMTP_URL": "smtp://b.example.tw",
        "ONESTOP_FILES_URL": "s3://bucket", "ONESTOP_CLAMD": "c.example.tw:3310",
        "ONESTOP_FEED_REGISTRY_URL": "https://d.example.tw/x https://e.example.tw/y",
        "ONESTOP_LLM_URL": "https://f.example.tw/v1",
        "ONESTOP_OIDC_ISSUER": "https://f.example.tw", "ONESTOP_FIRM_OIDC_ISSUER": "https://g.example.tw",
    }  # fmt: skip
    assert set(module.Settings(_env_file=None, **everything).recipients) == set(words)


def test_an_installation_is_set_up_with_petitions_and_refusals_approved_and_the_bare_program_without() -> None:
    """What agencies sign is the default of an installation; the contract's calls are refused nothing by themselves."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert "ONESTOP_APPROVAL=PET,declined" in lines
    assert importlib.import_module("bot.settings").Settings.model_fields["approval"].default == ""
