"""A person and the firm it speaks for: binding by number and code, colleagues, and letting them see a case."""

from __future__ import annotations

import re
from dataclasses import replace

from routing.domain.dialogue import menu
from routing.domain.dialogue.state import Step
from routing.domain.dialogue.turn import Bind, MailCode, Result, ShareCase, ShowColleagues, Turn, Unbind
from routing.domain.messages import Text
from routing.domain.tax_number import valid_ubn

_UBN = re.compile(r"(?<![0-9A-Z])\d{8}(?![0-9A-Z])")
_CODE = re.compile(r"(?<![0-9A-Z])(?=[0-9-]*[A-Z])([0-9A-Z]{4})[-－ ]?([0-9A-Z]{4})(?![0-9A-Z])")
_SPEAKS_OF_CODE = re.compile(r"碼|码|CODE|コード|^[\s\d-]{4,10}$")
_BINDS = re.compile(r"綁定|绑定|\bBIND\b|登録|登錄|^[\s\d]{8,10}\s")
_LONGEST = 60
_HALF_WIDTH = str.maketrans("０１２３４５６７８９－　", "0123456789- ")


def bind(turn: Turn) -> Result:
    """Ask for 統一編號 and the code that an officer gave; without a code one can be mailed to the firm."""
    state = replace(menu.idle(turn.state), step=Step.BIND, bind_ubn=None)
    said = turn.say("bind.ask") + ("\n" + turn.say("bind.ask_mail") if turn.mail else "")
    return Result(state=state, messages=(Text(said, quick=(menu.cancel(turn),)),))


def bind_at_once(turn: Turn) -> Result | None:
    """綁定 04595257 ABCD-EFGH in one message; None where number, code or the wish is missing."""
    text = turn.inbound.text.translate(_HALF_WIDTH).upper()
    ubn, code = _UBN.search(text), _CODE.search(_UBN.sub(" ", text))
    wished = _BINDS.search(text) and len(text) <= _LONGEST
    return told(turn) if wished and ubn is not None and code is not None else None


def told(turn: Turn) -> Result | None:
    """Number and code; None where the words hold neither, and so are something else.

    The number alone has a code mailed to the address of the firm's record, where mail goes; then the code will do.
    """
    text = turn.inbound.text.translate(_HALF_WIDTH).upper()
    ubn, code = _UBN.search(text), _CODE.search(_UBN.sub(" ", text))
    if ubn is None and code is None:
        # 驗證碼是 123456 is meant for a code, and is none of ours.
        meant = bool(_SPEAKS_OF_CODE.search(text))
        return Result(state=turn.state, messages=(_asked(turn, turn.state.bind_ubn),)) if meant else None
    number = ubn.group() if ubn is not None else turn.state.bind_ubn
    if number is None or not valid_ubn(number) or (code is None and not turn.mail):
        known = number if number is not None and valid_ubn(number) else None
        return Result(state=replace(turn.state, bind_ubn=known), messages=(_asked(turn, known),))
    if code is None:
        mailed = Text(turn.say("bind.mailed", ubn=number), quick=(menu.cancel(turn),))
        state = replace(turn.state, bind_ubn=number)
        return Result(state=state, messages=(mailed,), effects=(MailCode(ubn=number),))
    state = replace(menu.idle(turn.state), bind_ubn=None)
    return Result(state=state, effects=(Bind(ubn=number, code=code[1] + code[2]),))


def _asked(turn: Turn, ubn: str | None) -> Text:
    """What is still wanted: the code of the firm that was named, or both."""
    said = turn.say("bind.code", ubn=ubn) if ubn else turn.say("bind.again")
    return Text(said, quick=(menu.cancel(turn),))


def share(turn: Turn) -> Result:
    """Colleagues of the firm may see a case of this person's, or (``off``) no more."""
    found = turn.own_case
    if found is None:
        return menu.expired(turn)
    if not turn.known.bound:
        asked = bind(turn)
        return replace(asked, messages=(Text(turn.say("share.bind_first")), *asked.messages))
    shared = turn.inbound.data.get("off") != "yes"
    text = Text(turn.say("share.on" if shared else "share.off", subject=found.subject), quick=menu.usual(turn))
    effects = (ShareCase(number=found.number, shared=shared),)
    return Result(state=menu.idle(turn.state), messages=(text,), effects=effects)


def colleagues(turn: Turn) -> Result:
    """Who is bound to the same firm, with a way to end a binding of somebody who has left."""
    if not turn.known.bound:
        return bind(turn)
    return Result(state=menu.idle(turn.state), effects=(ShowColleagues(),))


def unbind(turn: Turn) -> Result:
    """End a binding of the own firm, a colleague's or the own."""
    member = turn.inbound.data.get("id", "")
    if not turn.known.bound or not (member.isascii() and member.isdigit() and len(member) < 18):
        return menu.expired(turn)
    return Result(state=menu.idle(turn.state), effects=(Unbind(id=int(member)),))
