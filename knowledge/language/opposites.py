"""Keeps a question from being answered with its opposite: 退租 with 續租, 不能 with 能, a start with a stop.

String likeness cannot tell these apart (traps 1.2), so a pair of opposite words is a veto: an entry none of whose
phrasings says what the question says, while they say the contrary, is never answered directly.
"""

# ruff: noqa: E501, SIM905 - word lists are read as lists, not as lines
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge.language.text import fold, normalise

_PAIRS: tuple[tuple[str, str], ...] = (
    (
        "退租|退還.{0,4}(?:土地|廠房)|還地|不租了|提前解約|終止租約|termina\\w+ (?:the |our )?lease|解約",
        "續租|續約|展租|延租|renew|更新",
    ),
    ("承租|租用|想租|要租|租到|租一|借りたい|rent a|lease a", "出租|租給|分租|轉租|sublet|転貸"),
    (
        "續租|續約|展延|renew|更新|延長",
        "不續|不再續|不想續|不要續|不展延|不再延|not renew|won t renew|don t renew|更新しない|延長しない",
    ),
    ("續租|續約|renew|更新", "新租|申租|第一次租|首次承租"),
    ("買|購買|承購|購置|buy|purchase|購入", "賣|出售|轉讓|讓售|sell|売却|売り"),
    ("開工|動工|着工|start of work|commence", "停工|勒令停|suspend work|工事停止"),
    ("開工|動工|着工", "完工|竣工|completion"),
    ("復工|恢復施工", "停工"),
    (
        "增加|調高|提高|增設|增容|加大|擴增|increase|raise|増やし|上げ",
        "減少|調降|降低|調低|減容|縮減|decrease|reduce|lower|減らし|下げ",
    ),
    ("新設|新裝|新申請|設立|new connection", "廢止|註銷|撤銷|取消|停用|拆除|cancel|revoke|terminate|取り消し|廃止"),
    ("申請|申辦|辦理|apply|申し込み", "取消申請|撤回|撤案|撤銷申請|withdraw|cancel|取り下げ"),
    ("登記", "註銷登記|廢止登記|歇業|解散"),
    ("增資|capital increase|増資", "減資|capital reduction"),
    ("增建|擴建|加蓋", "拆除|拆掉|demoli\\w+|解体|取り壊し"),
    ("進口|輸入|import", "出口|輸出|外銷|export"),
    ("進區|入區|運進|進廠", "出區|運出|出廠"),
    ("復電|恢復供電|恢復用電|送電", "停電|斷電|暫停用電|廢止用電"),
    ("復水|恢復供水|恢復用水", "停水|斷水|暫停用水|廢止用水"),
    ("復業", "停業|歇業"),
    ("聘僱|僱用|雇用|招募|hire|採用", "解僱|解雇|資遣|開除|dismiss|lay ?off|fire (?:a|an|our)"),
    ("退還|退回|發還|無息退|refund|返金|返還", "沒收|不退|繳庫|解繳國庫|forfeit"),
    (
        "賣給區外|賣到區外|銷到區外|賣到課稅區|內銷",
        "區外.{0,12}(?:賣|售)|課稅區.{0,4}賣|賣.{0,8}(?:園區|區內|加工區)|向區外買|跟區外買",
    ),
    ("延長|展延|展期|extend|extension|延長", "提前|縮短|終止|shorten|early"),
    ("遷入|搬進|進駐|入居|move in", "遷出|搬走|搬離|退出|撤出|move out|退去"),
    ("內銷|課稅區|domestic", "外銷|出口|export|(?:賣|銷|運|送)(?:到|去|往|給)?(?:國外|海外)"),
    ("補稅|補繳", "退稅|refund"),
    ("應稅|要繳稅|課稅", "免稅|不用繳稅|tax exempt|duty free|免税"),
    ("納管|接管|聯接", "不納管|自行排放|未納管"),
    ("上班|平日", "假日|例假|放假|下班後"),
    ("員工", "訪客|來賓"),
    ("買方|承購人|承租人|tenant|lessee", "賣方|出賣人|出租人|landlord|lessor"),
    ("設置許可|installation permit", "操作許可|operating permit|操業許可"),
    ("建造執照|建照", "使用執照|使照|拆除執照|拆照"),
    ("使用執照|使照", "拆除執照|拆照"),
    ("高壓", "低壓"),
    ("長期", "短期"),
)

_NEUTRAL = re.compile(
    "|".join(
        normalise(w)
        for w in (
            "不好意思 不知道 不知 不懂 不清楚 不能超過 不得超過 不可超過 不會弄 不確定 不然 不過 差不多 不同 不足 不良 不動產 不鏽鋼 不銹鋼 不燃 不變 不到 不夠 不只 "
            "不久 不錯 不小心 不見了 不符 不穩 不服 不合格 不合 不起 不通 不繳 不了解 不太 能不能 可不可以 可不可 有沒有 要不要 是不是 會不會 "
            "需不需要 用不用 算不算 該不該 行不行 好不好 對不對 准不准 得不得 沒問題 沒關係 免稅 免費 免徵 免辦 免驗 無障礙 無法 沒錢 沒人 "
            "還沒 沒收到 沒收 可以不用 可不用 能不用 可以不 不是有 不是說 是不是 don't know not sure"
        ).split()
    )
)
_NEGATED = re.compile(
    fold(
        "不能|不可|不得|不准|不用|不必|不需|不要|不想|不會|不給|不讓|禁止|沒有要|できない|できません|しない|"
        r"\bcannot\b|\bcan t\b|\bnot\b|\bno need\b|\bdon t\b|\bwithout\b"
    )
)


_COMPILED = tuple((re.compile(fold(a)), re.compile(fold(b))) for a, b in _PAIRS)
_ANY = re.compile("|".join(fold(side) for pair in _PAIRS for side in pair))


_OUTWEIGHED = 6
"""A side that fewer than one in this many texts of an entry take is not what the entry is about."""


def sides(text: str) -> Mapping[int, str]:
    """For each pair of opposites a normalised text takes sides in: 'a' or 'b'; both named means no side."""
    found: dict[int, str] = {}
    if not _ANY.search(text):
        return found
    for number, (first, second) in enumerate(_COMPILED):
        says_second = bool(second.search(text))
        says_first = bool(first.search(second.sub(" ", text) if says_second else text))
        if says_first != says_second:
            found[number] = "a" if says_first else "b"
        elif says_first:
            found[number] = "ab"
    return found


def negated(text: str) -> bool:
    """True where a normalised text denies something; question forms such as 能不能 and set phrases do not count."""
    return bool(_NEGATED.search(_NEUTRAL.sub(" ", text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one question says about each pair of opposites, read once for all the entries it is held against."""

    sides: Mapping[int, str]
    negated: bool

    @classmethod
    def of(cls, text: str) -> "Said":
        """What a normalised text says."""
        return cls(sides=sides(text), negated=negated(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What all the phrasings of an entry say about each pair of opposites."""

    sides: Mapping[int, Mapping[str, int]]
    """For each pair, how many texts take each side."""
    some_negated: bool
    some_plain: bool

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Stance":
        """The stance of an entry from all its texts."""
        gathered: dict[int, Counter[str]] = {}
        denials = []
        for text in texts:
            folded = normalise(text)
            denials.append(negated(folded))
            for number, side in sides(folded).items():
                gathered.setdefault(number, Counter()).update(side)
        return cls(
            sides=gathered,
            some_negated=any(denials),
            some_plain=not all(denials),
        )

    def contradicts(self, said: "Said") -> bool:
        """True where a question says the contrary of everything this entry says."""
        for number, side in said.sides.items():
            mine = self.sides.get(number)
            if mine and len(side) == 1 and mine.get(side, 0) * _OUTWEIGHED < sum(mine.values()):
                return True
        return not self.some_negated if said.negated else not self.some_plain
