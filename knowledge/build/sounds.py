"""Makes data/sounds.tsv: which characters of our texts sound alike, for slips of typing.

    python -m knowledge.build.sounds READINGS

READINGS holds a line a character: the character, a tab, its reading in Hanyu pinyin without blanks (zài or zai4); of
several readings, parted by commas, the first counts. Tones are left out, and so are the differences that hurried typing
in Taiwan leaves out: in and ing, en and eng, zh and z, ch and c, sh and s.
"""

import argparse
import re
import unicodedata
from collections import defaultdict
from pathlib import Path

from knowledge.entries import KnowledgeBase
from knowledge.language.text import fold
from knowledge.loading import DATA, load_knowledge
from knowledge.vocabulary import PHRASING_GROUPS

HEADER = """# Characters that sound alike (s) or look alike (f), folded, and slips by the word (w: wrong, right).
# Made by knowledge/build/sounds.py from the readings of the pypinyin project (MIT), for the characters that are taught
# or that our own texts use. Tones are left out; n and ng, zh and z, ch and c, sh and s are one.
"""
SHAPES = (
    "辨辦辯",
    "己已巳",
    "末未",
    "侯候",
    "徵微",
    "板版",
    "賣買",
    "晴睛清請情",
    "側測",
    "鍋渦",
    "戶戸",
    "帳賬",
    "貨貸",
    "析折拆",
    "免兔",
    "准淮",
)

WORDS = (
    "時後 時候",
    "登計 登記",
    "申辨 申辦",
    "操做 操作",
    "承辨 承辦",
    "補辨 補辦",
    "代辨 代辦",
    "辨理 辦理",
    "怎麼辨 怎麼辦",
    "因該 應該",
    "因備 應備",
    "因附 應附",
    "以經 已經",
    "在次 再次",
    "在來 再來",
    "在請 再請",
    "在申請 再申請",
    "現再 現在",
    "再哪 在哪",
    "再那 在哪",
    "租越 租約",
    "和約 合約",
    "合越 合約",
    "續組 續租",
    "承組 承租",
    "組金 租金",
    "組約 租約",
    "檢察申報 檢查申報",
    "能版 能板",
    "能扳 能板",
    "空務 空污",
    "費水 廢水",
    "污水場 污水廠",
    "廠仿 廠房",
    "建照執照 建造執照",
    "使用直照 使用執照",
    "直照 執照",
    "須要 需要",
    "必需要 必須要",
    "多少前 多少錢",
    "罰緩 罰鍰",
    "罰援 罰鍰",
    "營業睡 營業稅",
    "地價睡 地價稅",
    "房屋睡 房屋稅",
    "稅藉 稅籍",
    "發漂 發票",
    "保睡 保稅",
    "報官 報關",
    "海觀 海關",
    "勞撿 勞檢",
    "職在 職災",
    "加斑 加班",
    "資譴 資遣",
    "歇夜 歇業",
    "復夜 復業",
    "展言 展延",
    "展沿 展延",
    "延常 延長",
    "變跟 變更",
    "過護 過戶",
    "轉壤 轉讓",
    "註消 註銷",
    "撤消 撤銷",
    "公司章成 公司章程",
    "增姿 增資",
    "減姿 減資",
    "契約容亮 契約容量",
    "契約榮量 契約容量",
    "台店 台電",
    "太陽冷 太陽能",
    "用水記畫 用水計畫",
    "投資記畫 投資計畫",
    "記畫書 計畫書",
    "清裡計畫 清理計畫",
)
"""Slips that the pairs of characters do not show, wrong and right; written here."""


def sound(reading: str) -> str:
    """The syllable of a reading as far as hurried typing keeps it."""
    plain = "".join(c for c in unicodedata.normalize("NFD", reading.lower()) if "a" <= c <= "z")
    plain = re.sub(r"^([zcs])h", r"\1", plain)
    return re.sub(r"(?<=[ie])ng$", "n", plain)


_COMMON = range(0xA440, 0xC67F)
"""Big5's first level: the 5,401 characters that are taught."""


def used(base: KnowledgeBase) -> set[str]:
    """The folded Chinese characters that are taught, and those of what firms ask and what we say."""
    texts = [
        t for e in base.entries for t in (e.question, e.answer, e.details, *e.phrasings.get(PHRASING_GROUPS[0], ()))
    ]
    texts += [t for s in base.smalltalk for t in s.phrasings.get(PHRASING_GROUPS[0], ())]
    texts += [term.text for term in base.lexicon] + [phrasing.text for phrasing in base.phrasings]
    texts += [code.to_bytes(2, "big").decode("big5", "ignore") for code in _COMMON]
    return {c for text in texts for c in fold(text) if "一" <= c <= "鿿"}


def table(readings: dict[str, str], characters: set[str]) -> list[str]:
    """The lines of the table."""
    groups: dict[str, list[str]] = defaultdict(list)
    for character in sorted(characters):
        if character in readings:
            groups[sound(readings[character])].append(character)
    lines = [f"s\t{''.join(group)}" for _, group in sorted(groups.items()) if len(group) > 1]
    lines += [f"f\t{fold(group)}" for group in SHAPES]
    pairs = dict.fromkeys(fold(pair).replace(" ", "\t") for pair in WORDS)
    return lines + [f"w\t{pair}" for pair in pairs if len(set(pair.split("\t"))) > 1]


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readings", type=Path)
    rows = (line.split("\t") for line in parser.parse_args().readings.read_text(encoding="utf-8").splitlines() if line)
    readings = {fold(row[0]): row[1].split(",")[0] for row in rows}
    lines = table(readings, used(load_knowledge()))
    (DATA / "sounds.tsv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
