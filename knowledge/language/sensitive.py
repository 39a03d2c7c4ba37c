"""Finds what may not be collected in a chat: health, criminal record (個人資料保護法 §6) and national identity numbers.

Only what is said of somebody is hidden: 員工健康檢查多久一次 and 有前科可以應徵嗎 ask about rules and stay as they are.
What is said of somebody who needs help now stays too. What is not found here is for the people who read it.
"""

from __future__ import annotations

import re

NATIONAL_ID, HEALTH, CRIMINAL = "national_id", "health", "criminal"
MARKS = {NATIONAL_ID: "〔身分證號已遮蔽〕", HEALTH: "〔健康資料已遮蔽〕", CRIMINAL: "〔前科資料已遮蔽〕"}

_HALF = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_ID = re.compile(r"(?<![A-Za-z0-9])([A-Za-z])[ \t-]?([A-Da-d1289])((?:[ \t-]?\d){8})(?![A-Za-z0-9])")
_EIGHT = re.compile(r"\d(?:[ \t\u3000\uff0d-]?\d){7}")
"""The least that stands in every such number."""
_ID_NAMED = re.compile(r"(?:身[分份]證|統一證號|居留證|national id|id (?:no|number))[^\n]{0,12}$", re.IGNORECASE)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""In the order of their codes, which begin at 10 (內政部, 國民身分證統一編號)."""
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)

_SURNAME = (
    "王李張劉陳楊黃趙吳周徐孫馬朱胡林郭何高羅鄭梁謝宋唐許鄧馮韓曹曾彭蕭蔡潘田董袁于余葉蔣杜蘇魏"
    "程呂丁沈任姚盧傅鍾姜崔譚廖范汪陸金石戴賈韋夏邱方侯鄒熊孟秦白江閻薛尹段雷黎史龍陶賀顧毛郝龔"
    "邵萬錢嚴賴洪游詹莊簡柯施涂"
)
_WHO = (
    r"(?:(?<!到)我(?!們|國|想|要|需|該|可|能|在問)|本人|[他她](?!們)|同事|配偶|太太|老婆|老公|媽媽|爸爸|父親|母親|兒子|女兒|老闆|負責人|董事長|廠長"
    r"|[一這那某有][位名個][\u4e00-\u9fff]{0,4}?"
    rf"|[{_SURNAME}][\u4e00-\u9fff]{{0,2}}(?:先生|小姐|女士|君|經理|課長|主任)"
    rf"|(?:員工|同仁|移工|作業員|司機|勞工|會計)?[{_SURNAME}][\u4e00-\u9fff]{{1,2}}?(?=罹|患|確診|得了|因|曾|有|被))"
)
_ILLNESS = (
    r"(?:癌|惡性腫瘤|白血病|愛滋|HIV|AIDS|梅毒|淋病|[BC]型?肝|結核|憂鬱症|躁鬱症|思覺失調|精神分裂|精神疾病|失智|糖尿病"
    r"|高血壓|心臟病|心肌梗塞|中風|洗腎|尿毒症|癲癇|肝硬化|帕金森|恐慌症|懷孕|流產|確診)"
)
_GAP = r"(?:(?!請問|想問|申請|規定|如何|怎麼|[罵氣嚇急忙累]到|[快都]要)[^，。；！？!?,;\n])"
"""What may stand between a person and what is said of them; 氣到 and 都要 begin a figure of speech, not a record."""
_HAS = r"(?:罹患|患有|[罹患]|得了|診斷[出為]|檢[查驗]出|檢出|驗出|曾有|有|是)"
_STAGE = r"(?:第?[一二三四五0-9]{1,2}期|末期|陽性|症|病|帶原者?|患者|第?[一二12]型)*"
_TERM = r"(?:[一二三四五六七八九十0-9]+年(?:[一二三四五六七八九十0-9]+個?月)?|確定)?"
_RECORD = r"(?:前科|犯罪[紀記]錄|被判(?:刑|處|決)?|判刑|坐過?牢|入獄|服刑|緩刑|假釋|通緝)"
_EN_ILLNESS = r"(?:cancer|HIV|AIDS|diabetes|depression|hepatitis|tuberculosis|epilepsy|a stroke|leukemia)"

_EN_RECORD = re.compile(
    r"\b((?:I|he|she) (?:have|has|had) )(a criminal (?:record|conviction)[^.,;\n]{0,30})", re.IGNORECASE
)
_HELP = re.compile(
    r"昏倒|倒下|倒地|暈倒|昏迷|救護車|急救|沒有?呼吸|受傷|送醫|119|ambulance|unconscious|救急車|倒れ", re.IGNORECASE
)
"""Somebody needs help now: what ails them is not hidden from those who may give it (個人資料保護法 §6(1)但書)."""

_SAID: tuple[tuple[str, re.Pattern[str]], ...] = (
    (HEALTH, re.compile(rf"({_WHO}{_GAP}{{0,8}}?)((?:{_HAS}{_GAP}{{0,4}}?)?{_ILLNESS}{_STAGE})", re.IGNORECASE)),
    (HEALTH, re.compile(r"()((?:正在|定期)(?:化療|放療|洗腎|服用[\u4e00-\u9fff]{1,6}藥))")),
    (HEALTH, re.compile(r"(病歷號?碼?\s*[:：是為]?\s*)([A-Za-z0-9-]{4,20})")),
    (HEALTH, re.compile(r"((?:健檢|健康檢查|體檢)(?:報告|結果)\s*(?:是|為|顯示|[:：]))([^。；！？\n]{1,60})")),
    (HEALTH, re.compile(r"((?:血壓|血糖|肝指數|膽固醇)\s*(?:是|為|[:：])?\s*)(\d{2,3}(?:\s*/\s*\d{2,3})?)")),
    (HEALTH, re.compile(r"\b(diagnosed with |tested positive for )([^.,;\n]{1,40})", re.IGNORECASE)),
    (HEALTH, re.compile(rf"\b((?:I|he|she) (?:have|has|had) )({_EN_ILLNESS})\b", re.IGNORECASE)),
    (HEALTH, re.compile(r"()((?:がん|癌|糖尿病|うつ病|HIV|肝炎|結核)(?:と診断|を患|にかかっ)[^。、\n]{0,8})")),
    (CRIMINAL, re.compile(rf"({_WHO}{_GAP}{{0,10}}?)((?:(?:曾有|有|曾因|因){_GAP}{{0,8}}?)?{_RECORD}{_TERM})")),
    (CRIMINAL, _EN_RECORD),
    (CRIMINAL, re.compile(r"\b(convicted of )([^.,;\n]{1,40})", re.IGNORECASE)),
    (CRIMINAL, re.compile(r"((?:彼|彼女|社員|私)[^。、\n]{0,6})(前科が(?:あ|有)[^。、\n]{0,6})")),
)

_NAMED = (
    *"癌瘤病肝症牢", "愛滋", "hiv", "aids", "梅毒", "結核", "失調", "分裂", "失智", "血壓", "心臟", "梗塞",
    "中風", "洗腎", "癲癇", "帕金森", "懷孕", "流產", "確診", "化療", "放療", "服用", "健檢", "健康檢查", "體檢",
    "血糖", "膽固醇", "diagnosed", "positive", "cancer", "diabetes", "depression", "hepatitis", "tuberculosis",
    "stroke", "leukemia", "がん", "前科", "犯罪", "被判", "判刑", "入獄", "服刑", "緩刑", "假釋", "通緝", "criminal",
    "convicted", "epilepsy",
)  # fmt: skip
"""Of these each of ``_SAID`` needs one: nearly every message has none, and is looked at before LINE is answered."""
_ANY_NAMED = re.compile("|".join(map(re.escape, _NAMED)))


def hidden(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with such data replaced by a mark, and which kinds were found."""
    found: set[str] = set()
    if _EIGHT.search(text):
        text = _without_ids(text, found)
    if not _ANY_NAMED.search(text.casefold()):
        return text, tuple(found)
    help_needed = _HELP.search(text) is not None
    for kind, pattern in _SAID:
        if kind == HEALTH and help_needed:
            continue
        text, number = pattern.subn(rf"\g<1>{MARKS[kind]}", text)
        if number:
            found.add(kind)
    return text, tuple(sorted(found))


def _without_ids(text: str, found: set[str]) -> str:
    plain = text.translate(_HALF)
    for match in reversed(list(_ID.finditer(plain))):
        if _is_id(match) or _ID_NAMED.search(plain[: match.start()]):
            text = text[: match.start()] + MARKS[NATIONAL_ID] + text[match.end() :]
            found.add(NATIONAL_ID)
    return text


def _is_id(match: re.Match[str]) -> bool:
    """Whether the check digit fits: of citizens and, with one letter or two, of residents (內政部)."""
    letter, second, rest = (group.upper() for group in match.groups())
    code = _LETTERS.index(letter) + 10
    first = (_LETTERS.index(second) + 10) % 10 if second.isalpha() else int(second)
    digits = [code // 10, code % 10, first, *(int(one) for one in rest if one.isdigit())]
    return sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 10 == 0
