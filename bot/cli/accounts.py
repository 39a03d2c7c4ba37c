"""`onestop staff` and `token`: accounts and their API tokens."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from bot.cli.context import opened
from knowledge.calendar.office_calendar import local
from knowledge.vocabulary import CASE_CATEGORIES
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, Role, TokenScope
from routing.service.accounts import (
    authentication,
    leaving,
    lockout,
    passkeys,
    passwords,
    second_factor,
    sessions,
    single_sign_on,
    tokens,
)
from routing.service.accounts import commands as account_commands
from routing.service.accounts import queries as account_queries

_CLI = Actor(name="cli", role=Role.ADMIN)

staff_app = typer.Typer(help="同仁帳號。", no_args_is_help=True)
token_app = typer.Typer(help="API 權杖。", no_args_is_help=True)


@token_app.callback()
def _token() -> None:
    """API 權杖。"""  # noqa: D415 - a Chinese sentence, shown as the help


@staff_app.command()
def add(
    *,
    email: Annotated[str, typer.Option(help="電子郵件，即登入帳號")],
    name: Annotated[str, typer.Option(help="姓名")],
    role: Annotated[Role, typer.Option(help="角色")],
    unit: Annotated[str | None, typer.Option(help="單位（承辦人必填）")] = None,
    categories: Annotated[str, typer.Option(help="承辦類別或主題，以逗號分隔；不給為全部")] = "",
    agency: Annotated[str | None, typer.Option(help="機關代碼（協力機關必填）")] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="由標準輸入讀取密碼")] = False,
) -> None:
    """新增帳號；密碼只由標準輸入讀取，本人首次登入時須變更。"""  # noqa: D415 - a Chinese sentence, shown as the help
    password = _typed_password(given=password_stdin)
    named = tuple(part.strip() for part in categories.split(",") if part.strip())
    hashed = passwords.hash_password(password, about=(email, name))
    with opened() as context, context.writing() as (session, office):
        known = {*CASE_CATEGORIES, *(rule.topic for rule in office.offices.topics)}
        unknown = [part for part in named if part not in known]
        if unknown:
            raise Invalid(f"查無類別或主題：{'、'.join(unknown)}。", field="categories")
        account_commands.add_staff(
            session, office, _CLI, email=email, name=name, role=role, unit=unit, agency=agency, categories=named,
            password=hashed, now=context.now,
        )  # fmt: skip
    typer.echo(f"已新增 {email.strip().lower()}")


@staff_app.command("list")
def list_staff() -> None:
    """列出全部帳號。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, _office):
        for person in account_queries.staff(session, now=context.now):
            row = person.row
            away = f"請假至 {person.leave.until}" if person.leave else "啟用"
            state = "停用" if row.disabled_at else away
            typer.echo("\t".join((row.email, row.name, row.role, row.unit or row.agency or "-", state)))


@staff_app.command()
def disable(
    email: Annotated[str, typer.Argument(help="電子郵件")],
    *,
    to: Annotated[str | None, typer.Option(help="接辦其未結案件的同仁，或 auto 依分案規則；有未結案件時必填")] = None,
) -> None:
    """停用帳號，移交其未結案件；其登入與權杖一併失效。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, office):
        handed = leaving.disable_staff(session, office, _CLI, email, to=to, now=context.now)
    typer.echo(f"已停用 {email}" + (f"，移交 {len(handed)} 件" if handed else ""))


@staff_app.command()
def enable(email: Annotated[str, typer.Argument(help="電子郵件")]) -> None:
    """重新啟用帳號；沿用原密碼。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        leaving.enable_staff(session, _CLI, email, now=context.now)
    typer.echo(f"已啟用 {email}")


@staff_app.command("password")
def set_password(
    email: Annotated[str, typer.Argument(help="電子郵件")],
    *,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="由標準輸入讀取密碼")] = False,
) -> None:
    """重設密碼；其登入與權杖一併失效，本人下次登入時須變更。密碼只由標準輸入讀取。"""  # noqa: D415 - a Chinese sentence, shown as the help
    password = _typed_password(given=password_stdin)
    with opened() as context:
        with context.reading() as (session, _office):
            person = authentication.active(session, email)
        hashed = authentication.another_password(person, password)
        with context.writing() as (session, _office):
            address = authentication.set_password(session, email, hashed, now=context.now).email
    typer.echo(f"已重設 {address} 的密碼")


@staff_app.command()
def locked() -> None:
    """列出目前因登入失敗而鎖定的帳號與來源位址。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, _office):
        for lock in lockout.locks(session, now=context.now):
            until = f"{local(lock.until):%Y-%m-%d %H:%M:%S}"
            typer.echo("\t".join((lock.email or lock.address or "", str(lock.failures), until)))


@staff_app.command()
def unlock(
    email: Annotated[str | None, typer.Argument(help="電子郵件")] = None,
    *,
    address: Annotated[str | None, typer.Option(help="來源位址；不給帳號時")] = None,
) -> None:
    """解除帳號或來源位址的登入鎖定。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        lockout.unlock(session, email=email, address=address, now=context.now, by="cli")
    typer.echo(f"已解除鎖定 {email or address}")


@staff_app.command("sessions")
def list_sessions() -> None:
    """列出目前登入的瀏覽器：編號、帳號、來源位址、瀏覽器、登入時間、最近使用。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, _office):
        for one in sessions.everybody(session, _CLI, now=context.now):
            told = one.address or "-", one.browser or "-", _minute(one.created_at), _minute(one.last_seen_at)
            typer.echo("\t".join((one.id, one.email, *told)))


@staff_app.command("sign-out")
def sign_out(email: Annotated[str, typer.Argument(help="電子郵件")]) -> None:
    """結束一個帳號的全部登入，立即生效；權杖不受影響。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        sessions.end_all_of(session, _CLI, email, now=context.now)
    typer.echo(f"已結束 {email} 的登入")


@staff_app.command("reset-second-factor")
def reset_second_factor(email: Annotated[str, typer.Argument(help="電子郵件")]) -> None:
    """重設驗證碼（本人遺失手機與備用碼時，先確認身分）；其登入立即結束。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        second_factor.reset(session, _CLI, email, now=context.now)
    typer.echo(f"已重設 {email} 的驗證碼")


@staff_app.command("allow-password")
def allow_password(
    email: Annotated[str, typer.Argument(help="電子郵件")],
    *,
    hours: Annotated[int, typer.Option(help="時數，1 到 72")] = 4,
) -> None:
    """單一登入故障時，暫准須用單一登入的帳號以密碼登入；時間到即結束。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        until = authentication.allow_password(session, _CLI, email, hours=hours, now=context.now)
    typer.echo(f"{email} 可用密碼登入至 {_minute(until)}")


@staff_app.command("remove-passkeys")
def remove_passkeys(email: Annotated[str, typer.Argument(help="電子郵件")]) -> None:
    """刪除一個帳號的全部通行金鑰（本人遺失裝置時，先確認身分）；其登入立即結束。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        passkeys.remove_all_of(session, _CLI, email, now=context.now)
    typer.echo(f"已刪除 {email} 的通行金鑰")


@staff_app.command("unlink-identity")
def unlink_identity(email: Annotated[str, typer.Argument(help="電子郵件")]) -> None:
    """解除帳號與單一登入身分的連結（本人換了單一登入帳號時，先確認身分）；其登入立即結束。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        single_sign_on.unlink(session, _CLI, email, now=context.now)
    typer.echo(f"已解除 {email} 的單一登入連結")


def _typed_password(*, given: bool) -> str:
    if not given:
        raise Invalid("請加上 --password-stdin 並由標準輸入給密碼。", field="password")
    return sys.stdin.readline().rstrip("\r\n").removeprefix("\ufeff")


@token_app.command()
def create(
    *,
    email: Annotated[str, typer.Option(help="電子郵件")],
    scope: Annotated[TokenScope, typer.Option(help="read 僅讀取，full 讀取與變更")] = TokenScope.FULL,
    days: Annotated[int | None, typer.Option(help="有效日數；不給時依 ONESTOP_TOKEN_DAYS")] = None,
    purpose: Annotated[str, typer.Option(help="用途，例如使用這個權杖的系統名稱")] = "",
) -> None:
    """發給 API 權杖；只顯示這一次，單獨印在最後一行。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        days = context.settings.token_days if days is None else days
        token = tokens.create(session, email, days=days, scope=scope, purpose=purpose, now=context.now)
    typer.echo(f"以下權杖只顯示這一次，請妥善保存；有效 {days} 日：", err=True)
    typer.echo(token)


@token_app.command("list")
def list_tokens(email: Annotated[str | None, typer.Option(help="只列這個帳號的權杖")] = None) -> None:
    """列出 API 權杖：編號、帳號、發給時間、狀態、權限、用途、最近使用。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, _office):
        for token in tokens.listing(session, email=email, now=context.now):
            used = _minute(token.last_used_at) if token.last_used_at else "未使用"
            typer.echo(
                "\t".join((
                    token.id, token.email, _minute(token.created_at), _state(token), token.scope,
                    token.purpose or "-", used,
                ))
            )  # fmt: skip


def _minute(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _state(token: tokens.Token) -> str:
    if token.revoked_at:
        return f"已撤銷 {_minute(token.revoked_at)}"
    if token.expires_at is None:
        return "使用中，無期限"
    return "已到期" if token.expired else f"使用中，剩 {token.days_left} 日"


@token_app.command("revoke")
def revoke_token(token_id: Annotated[str, typer.Argument(metavar="ID", help="權杖編號，見 token list")]) -> None:
    """撤銷一個 API 權杖，立即失效。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.writing() as (session, _office):
        email = tokens.revoke(session, token_id, now=context.now, by="cli")
    typer.echo(f"已撤銷 {email} 的權杖 {token_id}")
