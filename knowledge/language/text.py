"""Makes Chinese, English and Japanese text comparable, and says which language a text is written in.

Everything is compared in one folded form: compatibility forms, lower case, one simplified form for each
traditional, variant or Japanese character (many to one, so never ambiguous), no punctuation.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

from knowledge.vocabulary import Language

MAX_LENGTH = 6000
"""Characters looked at; LINE allows 5,000 in one message."""

_SIMPLIFIED = 1
_TRADITIONAL = 2
_JAPANESE = 4


@cache
def _table() -> tuple[dict[int, str], dict[str, int]]:
    """The folding table, and for each character the scripts it is used in (bits)."""
    fold: dict[int, str] = {}
    scripts: dict[str, int] = {}
    source = files("knowledge") / "data" / "fold.tsv"
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        kind, character, target = line.split("\t")
        if kind in ("t", "j", "v"):
            fold[ord(character)] = target
        if kind == "t":
            scripts[character] = scripts.get(character, 0) | _TRADITIONAL
        elif kind == "s":
            scripts[character] = scripts.get(character, 0) | _SIMPLIFIED
        elif kind == "j":
            scripts[character] = scripts.get(character, 0) | _JAPANESE
        elif kind == "b":
            scripts[character] = scripts.get(character, 0) | _JAPANESE | _SIMPLIFIED
    return fold, scripts


_UNITS = (
    (re.compile(r"平方公尺|平方米|平米|㎡|m2\b|m²|sqm\b|square met(?:er|re)s?"), "㎡"),
    (re.compile(r"立方公尺|立方米|㎥|m3\b|m³|cubic met(?:er|re)s?|cmd\b|公噸|公吨|噸|トン"), "吨"),
    (re.compile(r"(?<=[0-9])\s*(?:metric )?ton(?:ne)?s?\b"), "吨"),
    (re.compile(r"千瓦[時时]|瓩[時时]|キロワット時|kilowatt[- ]hours?\b|(?<=[0-9])\s*kwh\b"), "度电"),
    (re.compile(r"千瓦|瓩|キロワット|kilowatts?\b|(?<=[0-9])\s*kw\b"), "kw"),
    (re.compile(r"公頃|公顷|ヘクタール|hectares?\b|(?<=[0-9])\s*ha\b"), "公顷"),
    (re.compile(r"馬力|马力|horse ?power|(?<=[0-9])\s*(?:hp|匹)\b"), "马力"),
    (re.compile(r"(?<=[0-9])\s*pings?\b"), "坪"),
    (re.compile(r"(?<=[0-9])\s*趴|％|percent\b"), "%"),
)
_ANY_UNIT = re.compile("|".join(pattern.pattern for pattern, _ in _UNITS))
_MEGAWATTS = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:mw\b|百萬瓦|百万瓦|兆瓦|メガワット)")
_REPUBLIC = re.compile(r"(?:中華|中华)?民[國国]\s*(?:([0-9]{1,3})|([一二三四五六七八九十百零〇]{1,6}))\s*(?=年)")
_COMMON_ERA = re.compile(r"(?:西元|公元)?\s*(?<![0-9])(20[0-9]{2})\s*年(?!版|前|內|内|以)")
_BEGAN = 1911
"""The year before the first of the Republic."""
_KEPT_SYMBOLS = frozenset("%㎡")
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_LONG_VOWEL = "ー"


def _kilowatts(match: re.Match[str]) -> str:
    return f"{float(match[1]) * 1000:.0f}kw"


def _unit_forms(text: str) -> str:
    text = _MEGAWATTS.sub(_kilowatts, text)
    if not _ANY_UNIT.search(text):
        return text
    for pattern, form in _UNITS:
        text = pattern.sub(form, text)
    return text


def _year_forms(text: str) -> str:
    """Years by the Republic's count: 民國115年, 民國一百十五年 and 2026年 are 115年."""
    if "年" not in text:
        return text
    text = _REPUBLIC.sub(lambda m: m[1] or str(_counted(m[2])), text)
    return _COMMON_ERA.sub(lambda m: f"{int(m[1]) - _BEGAN}年", text)


def _counted(written: str) -> int:
    """A number of up to three digits in Chinese numerals: 一百一十五, 一一五."""
    digits = "〇一二三四五六七八九"
    written = written.replace("零", "〇")
    if not set(written) & {"十", "百"}:
        return int("".join(str(digits.index(c)) for c in written))
    hundreds, _, rest = written.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    value = digits.index(hundreds[-1]) * 100 if hundreds else 0
    value += (digits.index(tens[-1]) if tens.strip("〇") else 1) * 10 if ten else 0
    return value + (digits.index(ones[-1]) if ones else 0)


class _Kept(dict[int, str]):
    """What stays of each character: letters, numbers and a few symbols; marks vanish, all else parts words.

    Filled as characters are met, since a look-up is quicker than asking for a character's kind each time.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kind = unicodedata.category(character)[0]
        kept = character if kind in "LN" or character in _KEPT_SYMBOLS or character == _LONG_VOWEL else ""
        self[code] = kept if kept or kind == "M" else " "
        return self[code]


_KEPT = _Kept()


def fold(text: str) -> str:
    """One character for one character: compatibility forms, case and script evened out; punctuation kept."""
    table, _ = _table()
    folded = unicodedata.normalize("NFKC", text[:MAX_LENGTH]).lower()
    return unicodedata.normalize("NFKC", folded.translate(table))


def normalise(text: str) -> str:
    """The form in which texts are compared. Idempotent; empty when nothing can be read (emoji, punctuation)."""
    return _settle(_once(text))


def _once(text: str) -> str:
    folded = fold(_unit_forms(_year_forms(text.lower())))
    folded = _unit_forms(_THOUSANDS.sub("", folded))
    folded = folded.replace("㎡", "平方米")
    return " ".join(folded.translate(_KEPT).split())


def _settle(text: str) -> str:
    """Folding can make a sequence that folds again (a unit spelt across removed marks); a few rounds end it."""
    for _ in range(4):
        again = _once(text)
        if again == text:
            return text
        text = again
    return text


_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_KATAKANA = re.compile(r"[ァ-ヺｦ-ﾝ][ァ-ヺｦ-ﾝー]*")
_LATIN = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_ENGLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        "the a an is are do does can how what where when which who we our i my to for of in on and or not with need "
        "want please any have has it this that be if from by at must should may long much many",
    )
)


def detect_language(text: str) -> Language:
    """The language a text is written in; Traditional Chinese where nothing speaks against it."""
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH])
    han = _HAN.findall(text)
    if _reads_as_japanese(text, han):
        return Language.JA
    words = _LATIN.findall(text)
    if words and _reads_as_english(words, han):
        return Language.EN
    return _script(han)


def _reads_as_english(words: list[str], han: list[str]) -> bool:
    if not han:
        return True
    known = sum(1 for w in words if w.lower() in _ENGLISH_WORDS)
    return known >= 3 and len(words) * 2 > len(han)


_CHINESE_GRAMMAR = re.compile(
    "(?<![目体階略術画計法性])的(?![なに])|[嗎吗呢吧你您們们這这怎麼么啊喔啦嘛欸哪沒很說说讓让]|可以|可否|是否|如何|已經|已经|應該|应该|什[麼么]|多久|多少|不能|不會|"
    "不会|請[問教幫]|请[问教帮]|敬請|[給给][我你他]|[還还][有是要沒没]|我[要想]|想[要問问]|要[怎帶带去先不多]|有[沒没]有"
)
"""Small words of Chinese that Japanese does not write, in either script."""
_GRAMMAR_WEIGHT = 3
_JAPANESE_WORDS = re.compile(
    "(?<![准給给授賜赐不應应得免酌惠請请賦赋寄付施贈赠參核先])予[約定算防想測告]|手続|手数料|届出|見積|申込|取扱|棚卸|賃料|締切|窓口|"
    "残業|労災|添付|弊社|御社|御中|何卒|拝啓|[込働枠]"
)
"""Words of Japanese that are written without kana. 准予, 給予 and 應予 end in 予 in Chinese."""
_WORD_WEIGHT = 2
_WORDS_OF_BOTH = re.compile("(?<![證证案])書類(?![別型])|申請先(?![行放使予])")
"""Words that Taiwan's laws write too (辦案書類, 申請先行放行): by themselves they tell nothing."""
_ON_SIGNBOARDS = frozenset("塩焼鶏鉄楽粧麺亀黒発気関桜駅呉竜恵酔歓辺沢")
"""Japanese forms that Taiwan's shops, brands and old prints write: 塩酥雞, 鉄板焼, 化粧品, 発財."""
_EVIDENCE = 2


@cache
def _told_by() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only Japanese has, and those that only Chinese has, by what each country's own set can write.

    Many characters of the Japanese column of the table are everyday Chinese too (欠, 疏, 芸, 痺, 缶 are in Big5): they
    tell nothing. Chinese only: what Japanese replaced (變, 氣), and simplified forms that it does not know.
    """
    table, scripts = _table()
    japanese = {c for c, bits in scripts.items() if bits == _JAPANESE and not _writes(c, "big5", "gb2312")}
    japanese -= _ON_SIGNBOARDS
    replaced = {table[ord(c)] for c in japanese} | {c for c, bits in scripts.items() if bits & _JAPANESE}
    old = {c for c, bits in scripts.items() if bits & _TRADITIONAL and table[ord(c)] in replaced and _writes(c, "big5")}
    simplified = {c for c, bits in scripts.items() if bits == _SIMPLIFIED and not _writes(c, "shift_jis")}
    return frozenset(japanese), frozenset(old - japanese | simplified)


def _writes(character: str, *encodings: str) -> bool:
    for encoding in encodings:
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            continue
        return True
    return False


def _reads_as_japanese(text: str, han: list[str]) -> bool:
    """Kana, or at least two signs of Japanese without kana; Chinese small words and characters weigh against both.

    A lone の is also Taiwanese shorthand for 的, and a name in kana (キーエンス) may stand in a Chinese sentence.
    """
    hiragana = _HIRAGANA.findall(text)
    names = len(_KATAKANA.findall(text))
    only_japanese, only_chinese = _told_by()
    together = "".join(han)
    words = _WORD_WEIGHT * len(_JAPANESE_WORDS.findall(together)) + len(_WORDS_OF_BOTH.findall(together))
    signs = len({c for c in han if c in only_japanese}) + words
    if not hiragana and not names and signs < _EVIDENCE:
        return False
    chinese = _GRAMMAR_WEIGHT * len(_CHINESE_GRAMMAR.findall(text))
    if set(hiragana) <= {"の"}:
        chinese += sum(1 for c in han if c in only_chinese)
    return len(hiragana) + names + signs > chinese


_CHINESE_BY_ITSELF = re.compile(rf"{_CHINESE_GRAMMAR.pattern}|(?<![終终完魅校修未満满])了(?![解承])|[ㄅ-ㄩ]")
_KANA_SENTENCE = re.compile(r"[ぁ-ゖァ-ヺ](?:.*[ぁ-んァ-ヺ])", re.DOTALL)
_ENGLISH_SENTENCE = 3
"""Words from which Latin letters are a sentence, not a name or a term."""
_CHINESE_SENTENCE = 4


def sure_language(text: str) -> Language | None:
    """The language of a clear sentence, in which its writer wants to be answered; None where it could be several.

    A name, a number, one English word and kanji that both countries write are not clear.
    """
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH])
    language, han = detect_language(text), _HAN.findall(text)
    if language is Language.JA:
        sure = bool(_KANA_SENTENCE.search(text))
    elif language is Language.EN:
        words = [word.lower() for word in _LATIN.findall(text)]
        sure = len(words) >= _ENGLISH_SENTENCE and bool(_ENGLISH_WORDS & set(words))
    else:
        chinese = len(han) >= _CHINESE_SENTENCE and any(c in _told_by()[1] for c in han)
        sure = chinese or bool(_CHINESE_BY_ITSELF.search(text))
    return language if sure else None


def only_in_chinese(text: str) -> bool:
    """Whether a text without kana has a character that Japanese does not write: 想跳樓."""
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH])
    kana = _HIRAGANA.search(text) or _KATAKANA.search(text)
    return not kana and any(c in _told_by()[1] for c in text)


def english_words(text: str) -> int:
    """How many different small words of English stand in a text."""
    return len(_ENGLISH_WORDS & {word.lower() for word in _LATIN.findall(text)})


def _script(han: list[str]) -> Language:
    _, scripts = _table()
    marks = [scripts.get(c, 0) for c in han]
    traditional = sum(1 for m in marks if m & _TRADITIONAL)
    shared = sum(1 for m in marks if m & _SIMPLIFIED)
    return Language.ZH_CN if shared and shared > traditional else Language.ZH_TW


_SENTENCE_END = re.compile(r"(?<=[。？！?!；;\n])|(?<=[.])\s+")
_ASKING = re.compile(
    r"[?？]|請問|请问|如何|怎麼|怎么|怎樣|怎样|是否|可否|能否|能不能|可不可以|有沒有|有没有|要不要|多久|多少|幾|"
    r"哪|什麼|什么|嗎|吗|呢|何時|何时|何處|請教|请教|想了解|想知道|想問|想问|"
    r"\b(?:how|what|where|when|which|who|can|could|may|is|are|do|does|should|need)\b|ですか|ますか|でしょうか|教えて|知りたい",
    re.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order, without empty ones."""
    return tuple(s.strip() for s in _SENTENCE_END.split(text[:MAX_LENGTH]) if s and s.strip())


def asking_sentences(text: str) -> tuple[str, ...]:
    """The sentences that ask something; every sentence where none does."""
    every = sentences(text)
    asking = tuple(s for s in every if _ASKING.search(s))
    return asking or every
