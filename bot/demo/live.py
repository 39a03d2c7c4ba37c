"""The living part of the demo: a few firms that really write to the window, and officers who really answer.

Everything a firm does goes through the simulator over HTTP; what an officer does goes through the services, as a page
would. Each conversation is held once in the life of a demo database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.demo.phones import Phones
from bot.demo.seeding import note, noted
from bot.runtime import Runtime
from routing.domain.letters import Letter
from routing.domain.permissions import SYSTEM
from routing.service.accounts import authentication
from routing.service.cases import commands as case_commands
from routing.service.cases import locked_case, notifying
from routing.service.cases.locked_case import LockedCase
from routing.service.documents import commands as document_commands
from routing.store.accounts import queries as account_store

_FIRST_ANSWER_SECONDS = 120.0
"""The very first answer waits until the knowledge has been fitted, which is done once in the life of a data folder."""

log = structlog.get_logger("demo")
Step = Callable[["ScriptedChat"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoUser:
    """A person with LINE on their phone. The ID stays the same over restarts, so that the product knows them again."""

    user_id: str
    name: str
    language: str | None
    script: tuple[Step, ...]


@dataclass(slots=True)
class ScriptedChat:
    """A conversation that is being held."""

    runtime: Runtime
    phones: Phones
    user: DemoUser

    def number(self) -> str | None:
        """The number on the latest receipt, read off the phone."""
        agency = re.escape(self.runtime.settings.agency_code)
        shown = json.dumps(self.phones.said(self.user.user_id), ensure_ascii=False)
        found: list[str] = re.findall(rf"{agency}-\d{{7}}-\d{{4}}", shown)
        return found[-1] if found else None


def _says(text: str) -> Step:
    return lambda chat: chat.phones.text(chat.user.user_id, text)


def _taps(data: str, shown: str) -> Step:
    return lambda chat: chat.phones.tap(chat.user.user_id, data, shown)


def _opens(firm: str, contact: str, park: str, taps: tuple[str, str, str]) -> tuple[Step, ...]:
    """The case dialogue of contract §4; ``taps``: what the three buttons say in the firm's language."""
    opens, chosen, confirms = taps
    return (
        _taps("action=open_case", opens),
        _says(firm),
        _says(contact),
        _says("0900-000-000"),
        _taps(f"action=park&id={park}", chosen),
        _taps("action=confirm_case", confirms),
    )


def _officer(do: Callable[[LockedCase], object], *, shown: bool = True) -> Step:
    """The case's officer does something; if it is ``shown`` on the firm's phone, the chat goes on only then."""

    def step(chat: ScriptedChat) -> None:
        number, runtime = chat.number(), chat.runtime
        if number is None:
            return
        before = len(chat.phones.said(chat.user.user_id))
        with runtime.writing() as (session, office):
            _row, case = locked_case.find(session, number, SYSTEM)
            person = account_store.staff_by_email(session, case.assignee or "")
            if person is None:
                return
            do(
                locked_case.change(
                    session,
                    office,
                    number,
                    authentication.actor_of(session, person, now=runtime.now()),
                    now=runtime.now(),
                )
            )
        if shown:
            chat.phones.wait_for_more(chat.user.user_id, before)

    return step


def _replies(text: str) -> Step:
    return _officer(lambda case: case_commands.reply(case, text, notify=notifying.push))


def _asks_for(message: str) -> Step:
    return _officer(lambda case: case_commands.wait(case, "firm", message=message, notify=notifying.push))


def _drafts_letter() -> Step:
    """An official letter is drafted; its agency code and address are invented."""
    return _officer(lambda case: document_commands.make(case, _letter(case)), shown=False)


def _letter(case: LockedCase) -> Letter:
    number = case.row.number
    firm = "睿嶼示範機電"
    return Letter(
        agency="經濟部產業園區管理局高屏分局", agency_code="A00000000X", address="（示範）高雄市示範區示範路 1 號",
        contacts=(f"承辦單位：{case.row.unit}",), recipient=firm, to=(firm,), signature="分局長　○○○",
        subject="有關貴公司申請增加契約容量一案，請備妥用電計畫資料，請查照。",
        points=(
            f"依貴公司服務案號 {number} 案辦理。",
            "請提供用電地點、預估契約容量及預定用電日期，俾轉請台灣電力公司檢討供電可行性。",
        ),
    )  # fmt: skip


USERS = (
    DemoUser(
        user_id="Ud0000000000000000000000000000001", name="陳經理（晨曜示範精密）", language="zh-TW",
        script=(
            _says("你好"),
            _says("保稅貨品要出區修理怎麼辦"),
            _taps("action=helpful", "有解決"),
            _says("廠房續租要什麼文件"),
        ),
    ),
    DemoUser(
        user_id="Ud0000000000000000000000000000002", name="林小姐（禾展測試電子）", language="zh-TW",
        script=(
            _says("園區人行道的地磚被樹根頂起來，已經有同仁絆倒，想請你們派人來看"),
            *_opens("禾展測試電子", "林小姐", "nanzih", ("請專人協助", "楠梓", "確認送出")),
            _replies("您好，已請維護同仁明天上午到現場會勘，會勘後再跟您說明修復方式。"),
            _asks_for("請提供：1. 現場照片兩張（遠近各一）；2. 方便會勘的時段與聯絡人。"),
            _says("照片晚點補，明天早上十點可以，找警衛室轉 8 就好"),
        ),
    ),
    DemoUser(
        user_id="Ud0000000000000000000000000000004", name="吳課長（睿嶼示範機電）", language="zh-TW",
        script=(
            _says("我們明年要增設一條產線，契約容量不夠用，要怎麼申請增加？"),
            *_opens("睿嶼示範機電", "吳課長", "nanzih", ("請專人協助", "楠梓", "確認送出")),
            _says("楠梓園區東三街 8 號"),
            _says("800 kW"),
            _says("略過"),
            _drafts_letter(),
        ),
    ),
    DemoUser(
        user_id="Ud0000000000000000000000000000003", name="Tanaka（拓恩示範光電）", language="ja",
        script=(
            _says("工場の搬入口の前に他社のトラックが毎日停まっていて困っています。対応をお願いできますか。"),
            *_opens("拓恩示範光電", "田中", "pingtung", ("担当者に相談", "屏東", "送信する")),
        ),
    ),
)  # fmt: skip


def hold_conversations(runtime: Runtime, phones: Phones, *, fresh: bool) -> None:
    """Let every demo user have their conversation, unless they had it.

    ``fresh``: the phones are empty; who had their conversation before is then only put back on the phone.
    """
    for user in USERS:
        key = f"demo_talk_{user.user_id[-1]}"
        had = noted(runtime, key) is not None
        if had and not fresh:
            continue
        phones.add(user.user_id, user.name, language=user.language, follow=not had)
        if had:
            continue
        # Noted before it begins: one cut short is left as it stands, and no case is opened twice.
        note(runtime, key, "1")
        phones.wait_for_more(user.user_id, 0, seconds=_FIRST_ANSWER_SECONDS)
        chat = ScriptedChat(runtime, phones, user)
        for step in user.script:
            step(chat)
        log.info("demo_chat_done", person=user.user_id[-1], case=chat.number())
