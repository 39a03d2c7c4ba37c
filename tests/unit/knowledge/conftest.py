"""A small knowledge base that fits in no time."""

from datetime import date

import pytest

from knowledge.entries import Basis, FaqEntry, KnowledgeBase, Smalltalk, Wording
from knowledge.loading import read_knowledge
from knowledge.understand import Understander
from knowledge.vocabulary import Category, EntryKind, ParkKind

ROWS = (
    (
        "land-renew",
        Category.LAND,
        EntryKind.ANSWER,
        "土地租約要怎麼續租？",
        ("我要續租土地", "租約到期想續約", "土地續租要準備什麼", "續租申請"),
    ),
    (
        "land-return",
        Category.LAND,
        EntryKind.ANSWER,
        "多餘的土地可以退租嗎？",
        ("想退租一部分土地", "退租要怎麼辦", "用不到的地要還給你們", "退租申請"),
    ),
    (
        "utilities-capacity",
        Category.UTILITIES,
        EntryKind.ANSWER,
        "契約容量怎麼調整？",
        ("契約容量太低想調高", "契約容量調整找誰", "超約罰款怎麼辦", "增加契約容量"),
    ),
    (
        "tax-vat",
        Category.TAX,
        EntryKind.ANSWER,
        "營業稅多久申報一次？",
        ("營業稅什麼時候報", "營業稅幾個月報一次", "報營業稅期限", "營業稅申報"),
    ),
    (
        "tax-rate",
        Category.TAX,
        EntryKind.HAND_OVER,
        "個案稅則怎麼認定？",
        ("這個貨品稅則號別是哪一個", "稅則號別查詢", "個案稅則認定", "幫我看稅則"),
    ),
)


def make_entry(entry_id, category, kind, question, phrasings, **changes):
    fields = {
        "id": entry_id,
        "category": category,
        "topic": "general",
        "kind": kind,
        "parks": ParkKind.ANY,
        "question": question,
        "answer": "答覆",
        "details": "",
        "en": Wording(question="Question?", answer="Answer."),
        "ja": Wording(question="質問", answer="回答"),
        "basis": (Basis(law="某法", article="§1", url="", version=""),),
        "facts": ("X01",),
        "verified": date(2026, 11, 1),
        "review": date(2027, 5, 1),
        "unit": "投資服務科",
        "phrasings": {"zh": tuple(phrasings)},
    }
    return FaqEntry(**(fields | changes))


@pytest.fixture(scope="session")
def small_base():
    talk = Smalltalk(
        id="greeting", replies={"zh": "您好"}, phrasings={"zh": ("你好", "哈囉", "早安"), "en": ("hello",)}
    )
    lexicon = read_knowledge()[0].lexicon
    return KnowledgeBase(entries=tuple(make_entry(*row) for row in ROWS), smalltalk=(talk,), lexicon=lexicon)


@pytest.fixture(scope="session")
def understander(small_base):
    return Understander(small_base)
