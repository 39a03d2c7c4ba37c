"""Which part of a message asks: sentences of long letters, matters of their own, short follow-ups."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
import re
from dataclasses import dataclass

from knowledge.language.forms import TextForms
from knowledge.language.text import asking_sentences, fold

_LONG = 60
"""Characters of a normalised text from which single sentences are looked at."""
_MOST_SENTENCES = 4
_WHOLE_LIMIT = 400

_ALSO = re.compile(
    "[。？?！!；;\\n]|還有|还有|另外|以及|順便|顺便|並且|而且|再來|同時想|跟著想問|也想問|也想问|\\balso\\b|\\band (?:how|what|where|who|do|can)\\b|"
    "\\bplus\\b|それと|それから|また、|あと"
)
_FOLLOWS = re.compile(
    fold(
        "^(?:那|那麼|所以|然後|還有|如果|可是|但是|要是|不然|這樣|那個|這個|它|他們)|呢$|^(?:多久|多少錢|幾天|費用|要帶什麼|去哪|在哪|找誰|"
        "要多久|怎麼算|為什麼|什麼時候|線上|可以線上|要錢嗎|哪裡辦)|"
        "^(?:請問|想問|大概|大約|那|總共|一共)*(?:要|需要|須|得|會|該)?(?:繳|付|花|罰|等|準備|附|帶|交)?(?:多少|多久|幾天|幾個月|幾年|(?:什麼|哪些)(?:文件|資料|證件|東西))|"
        "^(?:那|要|是)*(?:跟|向|找|去|問)(?:誰|哪|哪裡|哪個單位)(?:申請|辦|辦理|問|報|拿|繳)?|^(?:那|請問)*(?:要|有|需要)?(?:不要|沒有)?(?:費用|收費|規費|錢)(?:嗎|多少|怎麼算)?$|"
        "^(?:可以|能|能不能|可不可以|可否)(?:分期|延期|展延|延長|代辦|郵寄|補件|退費|減免|打折)|^有沒有(?:便宜|優惠|減免|補助|期限|罰)|"
        "^(?:要|該)?(?:怎麼|如何)(?:辦|辦理|申請|申報|報|填|繳|做)?$|"
        "^(?:沒有?|不|未)(?:做|辦|報|申報|申請|繳|改|登記|換|設|裝|去|簽|送|交|補|通報|檢查)?(?:的話|會|要|有|就|了)*(?:怎樣|怎麼樣|怎麼辦|被?罰|處罰|後果|關係)|"
        "^(?:會|有|要|會不會|有沒有|要不要)?(?:被)?(?:罰|處罰)|^(?:可以|能|能不能|可不可以)(?:匿名|晚一?點|提早|自己(?:辦|做|弄)|上網)|"
        "^(?:罰金|罰則|費用|料金|期限|期間|手数料|必要書類|書類)(?:は|が|も)|^(?:is there (?:a|any)|any|what is the) (?:fee|fine|penalty|charge|deadline)|^what happens if\\b|^(?:which|what) (?:documents|papers)\\b|"
        "^(?:and|what about|how about|how long|how much|where|why|when|"
        "then|so|what if)\\b|^(?:では|それ|じゃあ|いつ|いくら|どこ|なぜ|もし|何から|何を|どうすれば)"
    )
)
_MATTER = re.compile(
    r"(?<=[。？?！!；;\n])|(?<![A-Za-z\d.§])(?=[（(]?[1-9][.、)）．](?!\d))|(?<=[\s。？?，,：:])(?=[一二三四五][、．])|(?=還有(?!效|沒|没|多|幾|位|空|剩|名額|名额|機會|机会|嗎|吗|[一二兩三四五六七八九十0-9])|还有(?!效|没|多|几|位|空|剩|名额|机会|吗|[一二两三四五六七八九十0-9])|另外(?!的)|順便|顺便|以及|再來|再来|第二[個件]?(?:問題|问题)?[是，,：:]|"
    r"\b(?:also|and (?:how|what|where|when|who|do|does|can|is|are)|plus)\b|それと|それから|また、|あと[、,])",
    re.IGNORECASE,
)
"""Where another matter may begin: after a sentence, before a number of a list, before a word that adds one."""
_MATTER_SOFT = re.compile(r"(?<=[，,])|(?<=[一-鿿])[ \u3000]+(?=[一-鿿])")
"""Where one may begin as well, though most commas part nothing."""
_LEAD = re.compile(
    r"^(?:[，,。、；;：:\s]|[（(]?[1-9][.、)）．](?!\d)|[一二三四五][、．]|還有|还有|另外|順便|顺便|以及|再來|再来|第[一二三]個?|然後|然后|也|想(?:再)?(?:請|请)?(?:問|问)(?:一下)?|(?:請|请)(?:問|问)(?:一下)?|"
    r"(?:also|and|plus)\b[, ]*|それと、?|それから、?|また、|あと、?)+",
    re.IGNORECASE,
)
_MOST_PIECES = 8
_READ_FOR_MATTERS = 1000
_LEANS = re.compile(
    fold(
        "(?:那|如果|要是|萬一)?(?:沒有?|不|未)(?:做|辦|報|申報|申請|繳|改|換|變更|展延|續|審|驗|簽|通報|照做|這樣做)?(?:的話|會|要|有|就|了)*(?:怎樣|怎麼樣|怎麼辦|被?罰(?:嗎|多少|錢)?|處罰嗎?|什麼後果)[?]?|"
        "(?:那|這樣|請問|我)*(?:要|需要|該)?(?:準備|附|帶|交|填|檢附)(?:什麼|哪些|啥)(?:文件|資料|東西|書件|證件|表格?)?(?:呢|啊)?[?]?|"
        "(?:那|這樣|請問|如果)*(?:會|有|要|需要|會不會|有沒有|要不要)*(?:收|繳|付)?(?:滯納金|利息|罰鍰|罰款|押金|保證金|手續費|規費|違約金)(?:嗎|多少|怎麼算|要多少|呢)?[?]?|"
        "(?:那|這樣|請問|大概|通常|一般)*(?:要|需要)?(?:多久|多少錢|幾天|幾年|費用|期限|罰則|罰多少)(?:要?(?:做|辦|換|報|繳)?一次)?(?:呢|啊)?[?]?|"
        "(?:那|這樣|請問)*(?:期限|時間|效期|費用|規費|罰鍰|罰款|審查|審核|審|處理|辦理)(?:是|要|會|大概|通常)*(?:多久|幾天|幾個月|多少|多少錢|怎麼算|什麼時候|到什麼時候)(?:呢|啊)?[?]?|"
        "(?:那|如果|要是|萬一)?(?:超過|逾期|過期|遲了|晚了|太晚|忘記|忘了)(?:時間|期限|了)?(?:辦|報|繳|申請|申報)?(?:的話)?(?:會|要|有|就)*(?:怎樣|怎麼樣|怎麼辦|被?罰(?:錢|款)?(?:嗎|多少)?|處罰嗎?|有罰則嗎)[?]?|"
        "(?:and )?(?:what happens|what) if (?:we|i|one) (?:do not|don'?t|don t|didn'?t|didn t|did not|fail to)(?: do (?:it|that|so|this))?[?]?|"
        "(?:and )?how (?:long|much|often)(?: (?:does|will|would|is) (?:it|that|this)(?: (?:take|cost|be))?)?[?]?|(?:and )?(?:the )?(?:fee|cost|penalty|fine|deadline)s?[?]?|"
        "(?:and |so |then )?(?:how|where) (?:do|can|should|must) (?:i|we) (?:apply|file|register|start|pay|go|send it|do (?:it|that|this))(?: for (?:it|that|this))?[?]?|"
        "(?:それ|その|では、?)?(?:罰金|罰則|費用|料金|期限|期間|手数料|書類|必要書類)(?:は|が)?(?:いくら|いつまで|どのくらい|何|何ですか|ありますか|いくらですか|いつまでですか)?(?:ですか)?[?。]?"
    )
)
"""Whole texts that name no matter: they lean on the turn before, whatever they are like."""
_FOLLOW_LENGTH = 14
_FOLLOW_WORDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """A message, normalised: as a whole, the wordings worth comparing, and clauses that may be topics of their own."""

    whole: str
    wordings: tuple[str, ...]
    clauses: tuple[str, ...]


def read_focus(forms: TextForms) -> Focus:
    """Find what a message asks. Always at least one wording, so that empty text goes the same way."""
    whole = forms.normal()
    wordings: tuple[str, ...] = (whole,)
    if len(whole) > _LONG:
        asking = tuple(n for s in asking_sentences(forms.text) if 4 <= len(n := forms.normal(s)) <= _WHOLE_LIMIT)
        wordings = asking[-_MOST_SENTENCES:] or (whole[:_WHOLE_LIMIT],)
    return Focus(whole=whole[:_WHOLE_LIMIT], wordings=wordings, clauses=_clauses(forms))


def _clauses(forms: TextForms) -> tuple[str, ...]:
    pieces = _ALSO.split(forms.text[:1000])
    if len(pieces) == 1:
        return ()
    parts = [n for p in pieces if len(n := forms.normal(p)) >= 4]
    return tuple(parts[:6]) if len(parts) > 1 else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a message that may be a matter of its own; `soft` where only a comma or a blank parted it."""

    text: str
    soft: bool


def pieces(forms: TextForms) -> tuple[Piece, ...]:
    """The stretches of a message that may be matters of their own, in order; one where nothing parts it.

    What begins no matter by itself (a hello, who we are) stands with what follows it; nothing but words of
    joining is left out.
    """
    found: list[Piece] = []
    for sentence in _MATTER.split(forms.text[:_READ_FOR_MATTERS]):
        soft, joining = False, ""
        for part in _MATTER_SOFT.split(sentence):
            if not _LEAD.sub("", part.strip()):
                joining += part
                continue
            if forms.normal(part):
                found.append(Piece(text=joining + part, soft=soft))
                joining = ""
            soft = True
    if not 1 < len(found) <= _MOST_PIECES:
        return (Piece(text=forms.text, soft=False),)
    return tuple(found)


def without_lead(text: str) -> str:
    """A stretch without the words that join it to the one before (另外, 還有請問); the whole where nothing is left."""
    return _LEAD.sub("", text.strip()).rstrip("，, ") or text.strip()


def names_nothing(folded: str) -> bool:
    """True for a text that asks how long, how much, which papers or what else, and not of what."""
    return bool(_LEANS.fullmatch(folded))


def leans_on_last_turn(folded: str, sharp: bool) -> bool:
    """True for a short text that makes little sense without the turn before it."""
    if not folded:
        return False
    if names_nothing(folded):
        return True
    if sharp:
        return False
    short = len(folded) <= _FOLLOW_LENGTH or (folded.isascii() and len(folded.split()) <= _FOLLOW_WORDS)
    return short and bool(_FOLLOWS.search(folded))
