"""Which questions only a person may answer: a judgement of one case, a legal remedy, health, another firm's affairs."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from re import Pattern

from knowledge.entries import Aspect
from knowledge.language.forms import TextForms
from knowledge.relevance.aspects import STEPS, Ask, asked, means_to
from knowledge.relevance.cues import compiled, read_cues
from knowledge.relevance.match import Match
from knowledge.relevance.tariff import reckon


@cache
def _patterns() -> Mapping[str, Pattern[str]]:
    return {str(name): compiled(pattern) for name, pattern in read_cues("relevance.yaml")["persons"].items()}


def person_needed(folded: str) -> str | None:
    """Why a folded text goes to a person (`judgement`, `remedy`, `medical`, `others`, `action`, `visit`), or None."""
    if not _any_person().search(folded):
        return None
    return next((name for name, pattern in _patterns().items() if pattern.search(folded)), None)


@cache
def _statement() -> Pattern[str]:
    return compiled(read_cues("relevance.yaml")["statement"])


@cache
def _any_person() -> Pattern[str]:
    return re.compile("|".join(f"(?:{pattern.pattern})" for pattern in _patterns().values()))


@cache
def _own_case() -> Pattern[str]:
    return compiled(read_cues("relevance.yaml")["own_case"])


def of_own_case(folded: str) -> bool:
    """True where a folded text speaks of the writer's own case: 我不服這張罰單, not 不服罰單怎麼辦."""
    return bool(_own_case().search(folded))


@cache
def _reckoning() -> tuple[Pattern[str], Pattern[str]]:
    raw = read_cues("relevance.yaml")
    return compiled(raw["quantity"]), compiled(raw["reckoning"])


def to_reckon(text: str, asks: tuple[Ask, ...]) -> bool:
    """True where a normalised text asks what a quantity of the firm's own comes to (三份多少, 三百坪要繳多少).

    Who asks how it is reckoned (怎麼算) is told that.
    """
    if not any(ask.aspect is Aspect.HOW_MUCH and not ask.weak for ask in asks):
        return False
    quantity, reckoning = _reckoning()
    return bool(quantity.search(text)) and bool(reckoning.search(text))


_LEAST_TOLD = 12
"""Characters from which a message tells something; shorter ones name a matter (資料送了 is left to the matcher)."""


def only_tells(text: str, asks: tuple[Ask, ...]) -> bool:
    """True where a normalised text tells what happened and asks nothing: somebody's case, whatever it resembles."""
    return not asks and len(text) >= _LEAST_TOLD and bool(_statement().search(text))


@cache
def _context() -> Pattern[str]:
    return compiled(read_cues("relevance.yaml")["context"])


def only_context(clause: str, asks: tuple[Ask, ...]) -> bool:
    """True where a normalised clause, beside one that asks, says how things are (一年用電600萬度, we are 120 people).

    What wishes or begs for something is no context; nor is what asks more than which step.
    """
    strict = any(ask.aspect not in STEPS and not ask.weak for ask in asks)
    return not strict and not means_to(clause) and bool(_context().search(clause))


def why_a_person(forms: TextForms, whole: str, asks: tuple[Ask, ...], faq: Sequence[Match]) -> str | None:
    """Why only a person may answer; not where the best entry is about just that (訴願 in general has an entry).

    Whom to complain to is no judgement of the case. Nor where its tariff says what a quantity comes to.

    `whole`: what is read of the text, normalised; `asks`: what it asks; `faq`: the entries it resembles, best first.
    """
    why = person_needed(forms.folded())
    if why is None and _complains(asks):
        why = "complaint"
    if why is None and to_reckon(whole, asks):
        return None if faq and faq[0].fits and reckon(faq[0].entry, forms.text) else "reckoning"
    whom = why == "complaint" and any(ask.aspect is Aspect.WHERE and not ask.weak for ask in asks)
    in_general = whom or not of_own_case(forms.folded())
    answered = why is not None and in_general and bool(faq) and faq[0].fits
    return None if answered and why in _reasons(faq[0].entry.question) else why


def _complains(asks: tuple[Ask, ...]) -> bool:
    return any(ask.aspect is Aspect.COMPLAINT for ask in asks)


@lru_cache(maxsize=1024)
def _reasons(question: str) -> frozenset[str | None]:
    """What the question of an entry is itself about, in the words of ``why_a_person``."""
    forms = TextForms(question)
    complaint = {"complaint"} if _complains(asked(forms.normal())) else set()
    return frozenset({person_needed(forms.folded()), *complaint})
