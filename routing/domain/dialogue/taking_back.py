"""A firm takes an open case back in words of its own: 路燈那件不用了, please cancel the lift case, もう大丈夫です.

Only which case it may be is found here; the firm is asked once more before anything is withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.language.said import ways
from knowledge.language.text import fold
from routing.domain.dialogue.answers import asks
from routing.domain.dialogue.naming import Named, named_in

_LONGEST = 80
"""Characters: who takes a case back says so and not much more."""
_BACK = ways("taking_back", "back")
_SOLVED = ways("taking_back", "solved")
_NOT_TO_COME = ways("taking_back", "not_to_come")
"""That nobody need come any more takes a case back only together with that it is solved."""
_NOT_BACK = ways("taking_back", "not_back")
_ITSELF = ways("taking_back", "itself")
_GIVEN_UP = ways("taking_back", "given_up")


_KEPT, _SURELY = ways("taking_back", "kept"), ways("taking_back", "surely")
_DROPS, _NOT_DROPPED = ways("taking_back", "drops"), ways("taking_back", "not_dropped")


def drops(text: str) -> bool:
    """Whether words drop the case that is being opened; it can be taken up again."""
    folded = fold(text.strip())
    return len(text) <= _LONGEST and not asks(text) and bool(_DROPS.search(folded)) and not _NOT_DROPPED.search(folded)


def drops_not(text: str) -> bool:
    """Whether words say that what was dropped is to go on all the same: 算了還是幫我報好了."""
    return bool(_DROPS.search(fold(text.strip()))) and bool(_NOT_DROPPED.search(fold(text.strip())))


def kept(text: str) -> bool:
    """Whether the answer to "surely taken back?" is no, in words of one's own: 等等 先不要撤, no wait keep it."""
    return len(text) <= _LONGEST and bool(_KEPT.search(fold(text.strip())))


def surely(text: str) -> bool:
    """Whether that answer is yes: 對 撤掉吧, yes please cancel it."""
    return not kept(text) and bool(_SURELY.search(fold(text.strip())))


def taken_back(text: str, still_open: Sequence[Named]) -> tuple[str, ...]:
    """The cases that these words may take back: one that they name, several alike; none where they do not say so."""
    if not still_open or len(text) > _LONGEST or asks(text):
        return ()
    folded = fold(text.strip())
    if given_up := _given_up(folded, still_open):
        return given_up
    back = _BACK.search(folded) or (_NOT_TO_COME.search(folded) and _SOLVED.search(folded))
    if not back or _NOT_BACK.search(folded):
        return ()
    named = named_in(_without(text), still_open)
    if named.numbers:
        return named.numbers
    unnamed = _SOLVED.search(folded) or _ITSELF.search(folded)
    return tuple(case.number for case in still_open) if unnamed else ()


def _given_up(folded: str, still_open: Sequence[Named]) -> tuple[str, ...]:
    """不退了 where 想退租 was asked for: the verb alone names the case, and something else must not stand beside it."""
    found = _GIVEN_UP.search(folded)
    if found is None:
        return ()
    verb = next(filter(None, found.groups()), "")
    meant = [case for case in still_open if verb and verb in fold(case.subject)]
    named = named_in(_GIVEN_UP.sub(" ", folded), still_open).numbers
    return tuple(case.number for case in meant if not named or case.number in named)


def _without(text: str) -> str:
    """What is left to name a case by."""
    return _SOLVED.sub(" ", _NOT_TO_COME.sub(" ", _BACK.sub(" ", fold(text))))
