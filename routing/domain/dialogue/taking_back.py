"""A firm takes an open case back in words of its own: 路燈那件不用了, please cancel the lift case, もう大丈夫です.

Only which case it may be is found here; the firm is asked once more before anything is withdrawn.
"""

# ruff: noqa: E501 - word lists are read as lists, not as lines
from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.language.text import fold
from routing.domain.dialogue.answers import asks
from routing.domain.dialogue.naming import Named, named_in

_LONGEST = 80
"""Characters: who takes a case back says so and not much more."""
_BACK = re.compile(
    fold(
        r"取消|撤回|撤銷|撤案|撤掉|(?:不用|不必|不需要?|免)(?:再)?(?:了|處理|辦理|辦|修理|修|維修|管)|先不(?:用|要|必)?(?:處理|辦|修)|不辦了|不要了|"
        r"\b(?:cancel|withdraw|call off|take back|drop (?:it|this|that|my|the))\b|\bno longer (?:need|necessary|required|want)|\b(?:do not|don'?t) need(?= .{0,40}(?:any ?more|any longer))|\bnot (?:needed|necessary) (?:any ?more|any longer|now)\b|"
        r"取り下げ|取下げ|取り消し|キャンセル|不要(?:です|に(?:な|し))|(?:もう|対応は)(?:結構|大丈夫|必要ありません|必要ない)"
    )
)
_SOLVED = re.compile(
    fold(
        r"(?:已經?|自己|自行|都|現在)(?:自己|自行|經)?(?:修|處理|弄|解決|恢復|改善|排除|找到|來|好)(?:好|完|了)|(?:修|處理|弄)好了|解決了|恢復(?:正常)?了|沒事了|沒問題了|"
        r"\b(?:fixed|solved|resolved|working again|sorted|found it)\b|直りました|解決しました|復旧しました|大丈夫になりました"
    )
)
_NOT_TO_COME = re.compile(
    fold(
        r"(?:不用|不必|不需要?|免)(?:再)?(?:派人|派員|派|過)?(?:來|到場)|\b(?:do not|don'?t|no) need (?:to )?(?:come|send)|来(?:て|なくて).{0,6}(?:結構|大丈夫)"
    )
)
"""That nobody need come any more takes a case back only together with that it is solved."""
_NOT_BACK = re.compile(
    fold(
        r"不要(?:取消|撤)|不(?:取消|撤回)|沒有?(?:要)?(?:取消|撤回)|(?:怎麼|如何|怎樣|可不可以|能不能)|改(?:成|為|期|約|到|時間)|(?:許可|執照|登記|租約|契約|合約|核准|證照|報單|訂單|發票|申報).{0,4}(?:取消|撤銷|註銷)|"
        r"(?:取消|撤銷|註銷)(?:原|這張|該)?.{0,6}(?:許可|執照|登記|租約|契約|合約|核准|證照|報單|訂單|發票|申報|會勘|勘查|預約|行程|會議|通知|簡訊)|\b(?:how|do not cancel|don'?t cancel)\b|どうすれば|方法"
    )
)
_ITSELF = re.compile(
    fold(
        r"^(?:我|我們|我司)?(?:要|想|先|請|麻煩|那)?(?:(?:取消|撤回|撤銷|撤案)(?:這|那|本)?(?:一?件|個|案|案件|案子|申請)?|(?:不用|不需要)(?:再)?(?:處理|辦理|辦|修理|修|管|麻煩)(?:你們?|您)?)"
        r"(?:了|吧|喔|哦|囉|啦|謝謝|感謝|[^\w])*$|"
        r"(?:取消|撤回|撤案|不用(?:再)?(?:處理|辦理|辦|修理|修|管)?了?|不需要(?:再)?(?:處理|辦|修)?了?)(?:謝謝|喔|哦|吧|囉|啦|[^\w])*$|"
        r"\b(?:it|this|that)\b|案件|案子|\b(?:my|the|this) (?:case|request)\b|^もう(?:結構|大丈夫|必要ありません|必要ない)"
    )
)


_DROPS = re.compile(
    fold(
        r"^(?:(?:那|那就|還是)?(?:算了|不用了|先不用|先不要|不用麻煩|不辦了|不問了|不需要了)|never ?mind|forget (?:it|about it)|no longer need|"
        r"(?:we|i) (?:do not|don'?t) need (?:it|this|that) any|(?:やっぱり|もう)(?:いい|やめ|結構|大丈夫))"
    )
)


def drops(text: str) -> bool:
    """Whether words drop the case that is being opened; it can be taken up again."""
    return len(text) <= _LONGEST and not asks(text) and bool(_DROPS.search(fold(text.strip())))


def taken_back(text: str, still_open: Sequence[Named]) -> tuple[str, ...]:
    """The cases that these words may take back: one that they name, several alike; none where they do not say so."""
    if not still_open or len(text) > _LONGEST or asks(text):
        return ()
    folded = fold(text.strip())
    back = _BACK.search(folded) or (_NOT_TO_COME.search(folded) and _SOLVED.search(folded))
    if not back or _NOT_BACK.search(folded):
        return ()
    named = named_in(_without(text), still_open)
    if named.numbers:
        return named.numbers
    unnamed = _SOLVED.search(folded) or _ITSELF.search(folded)
    return tuple(case.number for case in still_open) if unnamed else ()


def _without(text: str) -> str:
    """What is left to name a case by."""
    return _SOLVED.sub(" ", _NOT_TO_COME.sub(" ", _BACK.sub(" ", fold(text))))
