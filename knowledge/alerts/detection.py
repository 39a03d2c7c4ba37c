"""Recognises messages that report danger now: an outage, fire, leak, injury or flood.

What counts is what people see, hear, smell and feel, what it does to people and plant, and that it is now; the same
words in a question, a plan, a drill or about the past are no report (knowledge/alerts/concepts.py reads these,
knowledge/alerts/alert_model.py weighs them).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from knowledge.alerts.alert_model import UNLIKE_ANY, alert_model
from knowledge.alerts.concepts import concepts, features
from knowledge.language.forms import TextForms
from knowledge.language.said import ways
from knowledge.language.text import fold, sentences
from knowledge.model.classify import RankedCategory
from knowledge.model.features import Floats
from knowledge.vocabulary import Category


class Alert(StrEnum):
    """Events met first with the emergency numbers (contract §4), the most urgent first."""

    FIRE = "fire"
    GAS_LEAK = "gas_leak"
    CHEMICAL_LEAK = "chemical_leak"
    INJURY = "injury"
    FLOOD = "flood"
    OUTAGE_POWER = "outage_power"
    OUTAGE_WATER = "outage_water"


_THING = (
    "電|水|火|煙|氣|油|酸|毒|血|燈|瓦斯|天然氣|煤氣|燃氣|乙炔|氨|氨氣|硫酸|鹽酸|柴油|電力|水電|自來水|機台|鍋爐|電池|化學品|"
    "gas|fire|water|power|electricity|smoke|acid|chemicals?|oil|ガス|火|電気|水道|薬品"
)
_ONLY_NAMED = re.compile(fold(rf"(?:{_THING})(?:[\s、,，和跟與/]*(?:{_THING}))?[。.?？]?"))
"""A thing named and nothing said of it: a search word or a choice, not a report."""
_FIRM_NAME = re.compile(
    fold(r"[^\s了在,，。!！]{2,30}(?:有限公司|企業社|工業社|實業社|商行|工程行|水電行|瓦斯行|髮廊)")
)
"""A firm named and no more, as is typed when its name was asked for."""
_INTRODUCTION = "聯絡人|聯絡窗口|我是|我叫|姓名|負責人"
_TITLE = "先生|小姐|女士|經理|課長|主任|廠長|組長"
_SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧馬董溫湯水火電"
_PERSON_NAME = re.compile(
    fold(
        rf"(?:{_INTRODUCTION})[是:\s]?[{_SURNAMES}][一-鿿]{{1,2}}(?:{_TITLE})?|[{_SURNAMES}][一-鿿]{{0,2}}(?:{_TITLE})"
    )
)
"""Somebody introduced, or named with a title, and no more."""
_REPAIR = ways("repairs", "fallen")
_EVERYDAY = ways("repairs", "everyday")
"""A car's exhaust, a pipe in the washroom, a camera to be bought, a smell that is explained."""
_NOT_EVERYDAY = ways("repairs", "not_everyday")
_SMELLS = ways("repairs", "smells")
"""A ditch or a bin that smells is for whoever cleans it,"""
_NO_USUAL_SMELL = ways("repairs", "no_usual_smell")
"""unless it is no smell of a ditch."""
_HARM = ways("repairs", "harm")
"""With one of these, something fallen is danger and no mere repair."""
_LIFT = ways("repairs", "lift")
_IN_THE_LIFT = ways("repairs", "in_the_lift")
"""With one of these, or with harm, a lift that stands still is danger and no mere repair."""
_CRUSHED, _TRAPPED = ways("repairs", "crushed"), ways("repairs", "trapped")
_CLAIM = ways("repairs", "claim")
_ELSEWHERE = (
    (Alert.FIRE, ways("repairs", "fire_elsewhere")),
    (Alert.CHEMICAL_LEAK, ways("repairs", "chemical_elsewhere")),
    (Alert.GAS_LEAK, ways("repairs", "gas_elsewhere")),
    (Alert.INJURY, ways("repairs", "harm_elsewhere")),
    (Alert.FLOOD, ways("repairs", "flood_elsewhere")),
    (Alert.OUTAGE_POWER, ways("repairs", "power_elsewhere")),
)
_PLAIN_WORDS = (
    (Alert.FIRE, ways("repairs", "fire_plain")),
    (Alert.GAS_LEAK, ways("repairs", "gas_plain")),
    (Alert.CHEMICAL_LEAK, ways("repairs", "chemical_plain")),
    (Alert.INJURY, ways("repairs", "harm_plain")),
)
_NOT_PLAIN = ways("repairs", "not_plain")
"""Danger that needs no weighing, and what makes the same words a question, a plan or the past."""
_NOT_ELSEWHERE = ways("repairs", "not_elsewhere")
"""Danger in the languages of those who work in the plants, and what makes it a question, a plan or the past there."""
_NOT_A_DRILL = ways("repairs", "not_a_drill")
"""Said in earnest, unless it says that it is a drill."""
_A_DRILL, _A_DRILL_NO_MORE = ways("repairs", "a_drill"), ways("repairs", "a_drill_no_more")
_LIABILITY, _IS_PRESSING = ways("repairs", "liability"), ways("repairs", "pressing")
"""Who answers for an injury is asked at a desk, unless somebody needs help now."""
_ONLY_WATER = ways("repairs", "only_water")
_MEANT_OTHERWISE = ways("repairs", "meant_otherwise")
"""Words that sound like danger and are none: somebody is fired, a household moves."""
_IF_NOW = ways("repairs", "if_now")
"""A report put as a question of what to do if: 若現在隔壁排出來的煙…"""
_READ_AS = ((_NOT_A_DRILL, " ! "), (_MEANT_OTHERWISE, " "), (_IF_NOW, " "))
"""A drill that is denied is a cry; what is meant otherwise, and the if of what is now, say nothing."""
_NOT_MENDED = ways("repairs", "not_mended")
"""Something that is not named is not mended yet."""
_NO_REPORT = (_ONLY_NAMED, _FIRM_NAME, _PERSON_NAME, _NOT_MENDED)
_HOLDS_FOR_ALL = frozenset({"over", "training"})
"""What one sentence of a short message says of the others too."""
_HOLDS_FOR_CLAUSE = frozenset(
    {"over", "training", "past", "hypothetical", "supposed", "future", "jest", "never", "asks_procedure"}
)
"""What the rest of a sentence says of its first clause."""
_CLAUSE_END = re.compile(r"[,、]|(?<=[^a-z0-9,.])\s|\s(?=[^a-z0-9])")
_ASKED = re.compile(r"[?吗]|ですか|请问|\bcan you\b|\bwhen\b|\bwhat\b")
_ASKING = frozenset({"rule", "ask_paper", "ask_money", "ask_where", "asks", "formal_question", "asks_procedure"})
_NOT_NOW = frozenset({"asks_procedure", "hypothetical", "conditional", "training", "over", "chronic", "maintenance"})
_CLAIMS = frozenset({"ask_paper", "ask_money", "rule"})
_HAPPENED = frozenset({"done", "present", "now_said", "cry"})
_SOUNDS_LIKE_ONE = -0.6
"""How the n-grams must judge the whole of it."""
_SOUNDS_SURE = 0.4
"""n-grams above this need no concept: no look-alike of rounds 6 and 7 and of heldout did, most such reports do."""
_ENOUGH_UNITS = 8
"""Characters or words from which n-grams say something by themselves; names and short answers are shorter."""
_PLACE = re.compile(
    fold(
        "(?:旁邊?|後面|前面|那邊|這邊|附近|裡面|外面|對面|左邊|右邊|門口|上面|下面|轉角|中間|隔壁|樓上|樓下|一側|側|入口|出口)"
        "(?:那|這|的)?(?:一?[台間盞棟支根個側])?[了喔吧。.]?$"
    )
)
"""Says where, as an answer to an officer does, and not what happens."""
_PLAIN = 1.5
"""How sure a clause must be that is read without the question after it."""
_MOST_SENTENCES = 40
_FEW = 4
_TOGETHER = 160
"""Characters of a message whose few sentences are also read as one."""
_BESIDE = 0.3
"""Share of the likeliest kind's probability from which a more urgent kind is taken."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A folded sentence, and how its n-grams score."""

    folded: str
    grams: Floats

    @classmethod
    def of(cls, folded: str, forms: TextForms) -> "_Part":
        return cls(folded, alert_model().grams(forms.normal(folded)))


def _is_for_repair(whole: str) -> bool:
    """True for what fell, stands still, smells or drips as it does everywhere, and nothing worse is told with it."""
    if _EVERYDAY.search(whole) and not _NOT_EVERYDAY.search(whole):
        return True
    if _HARM.search(whole):
        return False
    stands = _LIFT.search(whole) and not _IN_THE_LIFT.search(whole)
    smells = _SMELLS.search(whole) and not _NO_USUAL_SMELL.search(whole)
    return bool(stands or smells or _REPAIR.search(whole))


def _is_announced_drill(whole: str) -> bool:
    return bool(_A_DRILL.search(whole)) and not _A_DRILL_NO_MORE.search(whole)


def _asks_who_answers(whole: str) -> bool:
    return bool(_LIABILITY.search(whole)) and not _IS_PRESSING.search(whole)


def _told_plainly(text: str, whole: str) -> Alert | None:
    """What needs no weighing: no way out, plain words, and danger in a language that is not read otherwise."""
    if _TRAPPED.search(whole) and not _CLAIM.search(whole):
        return Alert.INJURY
    if not _NOT_PLAIN.search(whole) and (told := _first_of(_PLAIN_WORDS, whole)):
        return told
    lowered = text.lower()
    if _NOT_ELSEWHERE.search(lowered):
        return None
    return _first_of(_ELSEWHERE, lowered)


def _first_of(kinds: Sequence[tuple[Alert, re.Pattern[str]]], text: str) -> Alert | None:
    return next((kind for kind, pattern in kinds if pattern.search(text)), None)


def as_read(folded: str) -> str:
    """A folded text with what it denies or means otherwise put as it is meant."""
    for pattern, instead in _READ_AS:
        folded = pattern.sub(instead, folded)
    return folded


def detect_alert(forms: TextForms) -> Alert | None:
    """The most urgent event that a text reports as happening, or None.

    A wall or tree that fell or a lift that stands still, and nobody hurt, is for whoever repairs it.
    """
    whole = forms.folded(forms.text)
    if (read := as_read(whole)) != whole:
        forms = forms.of(read)
        whole = forms.folded()
    if _is_announced_drill(whole):
        return None
    if told := _told_plainly(forms.text, whole):
        return told
    if _is_for_repair(whole):
        return None
    if _REPAIR.search(whole) and _CRUSHED.search(whole) and not _CLAIM.search(whole):
        return Alert.INJURY
    kind = _weighed(forms, whole)
    return None if kind is Alert.INJURY and _asks_who_answers(whole) else kind


def _weighed(forms: TextForms, whole: str) -> Alert | None:
    """The most urgent event of all sentences, each weighed by itself."""
    text = forms.text
    parts = [forms.folded(sentence) for sentence in sentences(text)[:_MOST_SENTENCES]]
    alive = [part for folded in parts if (part := _Part.of(folded, forms)).grams[0] > UNLIKE_ANY]
    if not alive:
        return None
    context: frozenset[str] = frozenset()
    if 1 < len(parts) <= _FEW:
        context = frozenset().union(*(concepts().around(part) for part in parts)) & _HOLDS_FOR_ALL
        if len(text) <= _TOGETHER:
            alive.append(_Part.of(" ".join(parts), forms))
    found = {kind for part in alive if (kind := _in_sentence(part, context)) is not None}
    kind = next((kind for kind in Alert if kind in found), None) or _before_a_question(alive, forms)
    if kind in {Alert.GAS_LEAK, Alert.CHEMICAL_LEAK} and _ONLY_WATER.search(whole):
        # A water main that bursts hisses and sprays as a gas pipe does.
        return Alert.FLOOD if Alert.FLOOD in found else Alert.OUTAGE_WATER
    return kind


def _before_a_question(parts: list[_Part], forms: TextForms) -> Alert | None:
    """A report that goes on to ask something: 整個廠停電了，租金還要繳嗎; GCB跳脫 復歸失敗 請問外線正常嗎.

    What was hurt and is then asked for money or papers is a claim.
    """
    known = concepts()
    for part in parts:
        if part.grams[0] <= _SOUNDS_LIKE_ONE:
            continue
        clauses = [clause for clause in _CLAUSE_END.split(part.folded[:_TOGETHER]) if clause]
        around = [known.around(clause) for clause in clauses]
        first = next((n for n, wants in enumerate(around) if wants & _ASKING or _ASKED.search(clauses[n])), 0)
        if not first or not frozenset().union(*around[:first]) & _HAPPENED:
            continue
        rest = frozenset().union(*around[first:])
        if rest & _NOT_NOW:
            continue
        told = _Part.of(" ".join(clauses[:first]), forms)
        kind = _in_sentence(told, rest & _HOLDS_FOR_CLAUSE, least=_PLAIN)
        if kind is not None and not (kind is Alert.INJURY and rest & _CLAIMS):
            return kind
    return None


def _in_sentence(part: _Part, context: frozenset[str], least: float = 0.0) -> Alert | None:
    folded, spoken = part.folded, part.grams
    if any(pattern.fullmatch(folded.strip()) for pattern in _NO_REPORT):
        return None
    found = features(folded, context)
    if not found:
        return tuple(Alert)[int(np.argmax(spoken[1:]))] if _only_sounds_like_one(folded, spoken[0], context) else None
    scores = alert_model().score(spoken, found)
    if scores[0] <= least:
        return None
    shares = np.exp(scores[1:] - scores[1:].max())
    return next(kind for kind, share in zip(Alert, shares, strict=True) if share >= _BESIDE)


def _only_sounds_like_one(folded: str, spoken: float, context: frozenset[str]) -> bool:
    """Nothing that the concepts name happens; a whole sentence may still sound like nothing but a report."""
    if spoken <= _SOUNDS_SURE or context or concepts().around(folded) & _ASKING or _PLACE.search(folded):
        return False
    return len(re.findall(r"[a-z]+|[^\x00-\x7f]", folded)) >= _ENOUGH_UNITS


_CATEGORY = {
    Alert.OUTAGE_POWER: Category.UTILITIES,
    Alert.OUTAGE_WATER: Category.UTILITIES,
    Alert.CHEMICAL_LEAK: Category.ENVIRONMENT,
}
_SURE = 0.95


def put_first(alert: Alert | None, categories: Sequence[RankedCategory]) -> tuple[RankedCategory, ...]:
    """What is happening now decides where it goes: outages, chemicals, and the rest to the general window."""
    if alert is None:
        return tuple(categories)
    wanted = _CATEGORY.get(alert, Category.OTHER)
    first = RankedCategory(category=wanted, probability=_SURE, evidence=(str(alert),))
    rest = (replace(c, probability=c.probability * (1 - _SURE)) for c in categories if c.category is not wanted)
    return (first, *rest)
