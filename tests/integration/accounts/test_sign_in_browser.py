"""In a real browser: a passkey of Chromium's virtual authenticator, and single sign-on under our own policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from routing.domain.permissions import Role
from routing.service.accounts import authentication
from routing.service.accounts.passwords import hash_password
from tests.harness.oidc_provider import CLIENT, SECRET, oidc_provider
from tests.harness.served import Served
from tests.harness.service import MONDAY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60, func_only=True)]

MAY, PASSWORD = "may@kp.example", "a good long password"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def with_device(page: Page) -> None:
    """A device of the browser's own that always says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_and_single_sign_on_of_a_browser(page: Page, tmp_path):
    with oidc_provider(lambda: MONDAY) as provider:
        served = Served(
            f"sqlite:///{tmp_path / 'desk.db'}", host="localhost", ONESTOP_OIDC_ISSUER=provider.url,
            ONESTOP_OIDC_CLIENT_ID=CLIENT, ONESTOP_OIDC_CLIENT_SECRET=SECRET,
        )  # fmt: skip
        with served as service, service.on_its_port():
            with service.runtime.database.writing() as session:
                authentication.add_staff(
                    session, email=MAY, name="May", role=Role.OFFICER, unit="用地工程科", categories=(), agency=None,
                    password=hash_password(PASSWORD), now=service.now,
                )  # fmt: skip
            stopped = "document.addEventListener('securitypolicyviolation', (e) => { document.title = 'stopped'; });"
            page.add_init_script(stopped)
            with_device(page)
            page.goto(f"{service.address}/desk")
            page.get_by_label("電子郵件").fill(MAY)
            page.get_by_label("密碼").fill(PASSWORD)
            page.get_by_role("button", name="登入", exact=True).click()
            page.get_by_role("link", name="我的登入").click()
            page.get_by_role("link", name="通行金鑰").click()
            page.get_by_role("button", name="新增通行金鑰").click()
            page.get_by_label("名稱").fill("辦公室電腦")
            page.get_by_role("button", name="建立通行金鑰").click()
            expect(page.get_by_role("status")).to_contain_text("已新增通行金鑰")
            page.get_by_role("button", name="登出", exact=True).click()

            page.get_by_role("button", name="使用通行金鑰").click()
            page.get_by_role("button", name="繼續").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("待辦")
            page.get_by_role("button", name="登出", exact=True).click()

            provider.back = f"{service.address}/desk/sign-in/oidc/back"
            provider.person(MAY)
            page.get_by_role("link", name="以機關單一登入").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("待辦")
            page.get_by_role("button", name="登出", exact=True).click()
            expect(page.get_by_role("link", name="一併登出單一登入")).to_be_visible()
            assert page.title() != "stopped"


def test_a_device_without_a_passkey_is_told_in_words(page: Page, tmp_path):
    with Served(f"sqlite:///{tmp_path / 'desk.db'}", host="localhost") as service, service.on_its_port():
        with_device(page)
        page.goto(f"{service.address}/desk/sign-in")
        page.get_by_role("button", name="使用通行金鑰").click()
        for _ in range(2):
            page.get_by_role("button", name="繼續").click()
            expect(page.get_by_role("alert")).to_contain_text("沒有可用的通行金鑰")
