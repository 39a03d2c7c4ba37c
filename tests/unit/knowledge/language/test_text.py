"""Texts are compared in one form, whatever way they were written."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.text import asking_sentences, detect_language, normalise, sure_language
from knowledge.loading import DATA, load_knowledge
from knowledge.vocabulary import Language


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("臺電停電", "台电停电"),
        ("ＡＢＣ補助", "abc补助"),
        ("汙水處理", "污水处理"),
        ("廃水の処理", "废水の处理"),
        ("300㎡", "300平方公尺"),
        ("1,000噸", "1000公噸"),
        ("怎麼申請？！", "怎麼申請"),
    ],
)
def test_different_spellings_become_one(left, right):
    """Traps 1.2: normalise first."""
    assert normalise(left) == normalise(right)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("土地租金怎麼算", Language.ZH_TW),
        ("厂房租金怎么算", Language.ZH_CN),
        ("How is rent calculated?", Language.EN),
        ("土地の賃料はいくらですか", Language.JA),
        ("産業廃棄物処理許可", Language.JA),
        ("我們的VAT要怎麼報", Language.ZH_TW),
        ("楠梓の園區可以租嗎", Language.ZH_TW),
        ("", Language.ZH_TW),
        ("🙂🙂", Language.ZH_TW),
    ],
)
def test_language(text, language):
    assert detect_language(text) is language


SHARED = "欠疏芸醋痺缶粽糸豊弁予粧塩焼鶏鉄楽麺発関駅桜呉竜恵歓沢浜温湾恋横届缺献断双台着区号写医"
"""Japan writes these and so does Taiwan or the mainland: on signboards, in names, by old habit."""
CHINESE = """失火了，員工已疏散|土地租金欠繳多久會被終止租約？|我們積欠水費會被停水嗎|公司欠稅負責人會被限制出境嗎
園藝廠商林芸小姐的聯絡電話|醋酸外洩要怎麼處理|化粧品工廠要申請什麼許可|員工手腳麻痺算職災嗎
鉄板焼餐廳可以進駐園區嗎|塩酥雞攤位申請|疏濬工程何時完工|交通疏導計畫|端午節發肉粽給員工要報稅嗎|廢氣疏水閥
發財車停車位|豊原的公司要搬過來|芸豆進口要報關嗎|給予約定的期限|准予定期檢查|應予測試的項目|不予防護的規定
疏失造成停電要賠償嗎|積欠租金與管理費|欠費單補發|欠薪申訴|人力欠缺|欠條|我們公司代理キーエンス的感測器要報關嗎
公司の地址變更|楠梓の園區可以租嗎|さくら餐廳要怎麼登記|請問「お問い合わせ」是什麼意思
日本株式会社的台灣分公司怎麼設立|疏散|欠繳|醋酸|麻痺|土地租金欠多久会被终止合同|员工已经疏散了|化妆品厂要办什么证
欠费多久停水|予以批准的条件|届时怎么办理|温室气体怎么申报|横山厂区断水了|双方签约|区内企业献血活动|醋酸泄漏了
着火了快来人|台湾东京応化工业株式会社承租土地怎么办|申請書類別|應備具申請撥用書類|辦案書類審查|得申請先行放行|申請先使用土地
必要書類""".replace("\n", "|").split("|")
"""Traditional and simplified, each with characters or names that have something Japanese about them."""


def _of_encoding(encoding: str, first: range, second: range) -> str:
    found = (bytes((a, b)).decode(encoding, "ignore") for a in first for b in second)
    return "".join(sorted(c for c in found if len(c) == 1 and "一" <= c <= "鿿"))


BIG5 = _of_encoding("big5", range(0xA4, 0xC7), range(0x40, 0xFF))
GB2312 = _of_encoding("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_with_characters_that_japan_shares_is_chinese(text):
    assert detect_language(text) is not Language.JA


@pytest.mark.parametrize("frame", ["{}", "請問{}的規定", "公司名稱有{}字", "{}先生", "员工{}了怎么办", "廠區{}{}"])
def test_one_shared_character_never_makes_japanese(frame):
    assert [c for c in SHARED if detect_language(frame.replace("{}", c)) is Language.JA] == []


def test_no_character_of_the_tables_makes_a_chinese_sentence_japanese():
    rows = (DATA / "fold.tsv").read_text(encoding="utf-8").splitlines()
    every = {row.split("\t")[1] for row in rows if row and not row.startswith("#")}
    assert len(every) > 6000
    frames = ("失火了，員工已{}散", "{}", "{}字怎麼登記", "员工{}了怎么办", "工廠設立許可{}")
    wrong = [frame.format(c) for c in sorted(every) for frame in frames if detect_language(frame.format(c)) == "ja"]
    assert wrong == []


@given(st.one_of(st.text(alphabet=BIG5, max_size=30), st.text(alphabet=GB2312, max_size=30)))
def test_what_taiwan_or_the_mainland_can_type_is_chinese(text):
    """No kana and nothing that only Japan has: whatever the characters, it is not Japanese."""
    assert detect_language(text) is not Language.JA


def test_no_chinese_text_of_ours_is_read_as_japanese():
    ours = [p for entry in load_knowledge().entries for p in entry.phrasings.get("zh", ())]
    for name in ("covered", "uncovered", "alerts", "outside"):
        rows = map(json.loads, (DATA / "heldout" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
        ours += [row["text"] for row in rows if row["lang"].startswith("zh")]
    assert len(ours) > 5000
    assert [text for text in ours if detect_language(text) is Language.JA] == []


@pytest.mark.parametrize(
    "text",
    [
        "火事だ",
        "停電です",
        "ガス漏れ",
        "リース契約解除",
        "園区の電力",
        "工場登記手数料",
        "残業代計算",
        "予約金",
        "労働保険手続",
        "アンモニア漏洩",
    ],
)
def test_short_japanese_is_still_japanese(text):
    assert detect_language(text) is Language.JA


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("失火了，員工已疏散", Language.ZH_TW), ("租金多久繳一次", Language.ZH_TW), ("厂房租金怎么算", Language.ZH_CN),
        ("楠梓の園區可以租嗎", Language.ZH_TW), ("工場で火事です", Language.JA), ("どこで申請しますか", Language.JA),
        ("How is rent calculated?", Language.EN), ("factory", None), ("OK", None), ("Clear River Precision", None),
        ("工場", None), ("火事", None), ("許可申請", None), ("予約金", None), ("楠梓", None), ("キ", None), ("8", None),
        ("了解", None), ("完了", None), ("", None), ("🙂", None),
    ],
)  # fmt: skip
def test_only_a_clear_sentence_says_in_which_language_to_answer(text, language):
    assert sure_language(text) is language


def test_no_sentence_of_the_laws_is_read_as_japanese():
    clauses = [path.read_text(encoding="utf-8") for path in sorted((DATA / "clauses").glob("*.yaml"))]
    sentences = {part for text in clauses for part in re.findall(r"[一-鿿]{2,}", text)}
    assert len(sentences) > 10_000
    assert [part for part in sorted(sentences) if detect_language(part) is Language.JA] == []


def test_asking_sentences_are_found_in_a_letter():
    letter = "本公司設於楠梓園區。從事電子零件製造。請問土地租金如何計算？敬請惠復。"
    assert asking_sentences(letter) == ("請問土地租金如何計算？",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("用水400噸", "用水 400 CMD"),
        ("用水400噸", "用水400m³"),
        ("用水400噸", "用水400立方公尺"),
        ("契約容量500瓩", "契約容量 500 kW"),
        ("契約容量500瓩", "契約容量500千瓦"),
        ("契約容量5000瓩", "契約容量 5MW"),
        ("2.5 MW", "2500千瓦"),
        ("面積1公頃", "面積1ha"),
        ("面積1公頃", "面积1公顷"),
        ("冷氣10馬力", "冷氣10HP"),
        ("冷氣10馬力", "冷气10马力"),
        ("300㎡", "300平方公尺"),
        ("300坪", "300 ping"),
        ("3000度電", "3000 kWh"),
        ("民國115年的地價稅", "115年的地價稅"),
        ("民國一百一十五年的地價稅", "2026年的地價稅"),
        ("西元2026年的地價稅", "115年的地價稅"),
        ("民國一一五年", "115年"),
        ("民國一百零五年", "2016年"),
        ("民國九十九年", "2010年"),
    ],
)
def test_units_and_years_are_one_however_they_are_written(one, other):
    assert normalise(one).replace(" ", "") == normalise(other).replace(" ", "")


@pytest.mark.parametrize("text", ["300坪", "300㎡", "10馬力", "10kw", "400噸", "400度電"])
def test_units_that_differ_stay_apart(text):
    others = {"300坪", "300㎡", "10馬力", "10kw", "400噸", "400度電"} - {text}
    assert normalise(text) not in {normalise(other) for other in others}


@pytest.mark.parametrize("text", ["2026年版", "一年內", "十年前", "民國以來"])
def test_what_is_no_year_of_the_calendar_stays(text):
    assert "115" not in normalise(text)
