"""Makes personal data in a text unreadable before it leaves the office: phones, e-mails, long numbers, names."""

import re
import unicodedata

_CHANGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"https?://\S+"), "〔網址〕"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "〔信箱〕"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Z][1289]\d{8}(?!\d)", re.IGNORECASE), "〔證號〕"),
    (re.compile(r"(?i:\bline\s*(?:id)?\s*[:：])\s*[\w.@-]+"), "〔帳號〕"),
    # Phones, tax numbers, accounts: six digits or more, however they are broken up.
    (re.compile(r"\+?\(?\d(?:[\s().#~-]{0,2}\d){5,}(?:\s*(?:轉|分機|ext\.?)\s*\d+)?", re.IGNORECASE), "〔號碼〕"),
    (
        re.compile(
            r"[\u4e00-\u9fff]{1,4}(?:先生|小姐|女士|經理|課長|主任|協理|廠長|副理|組長|老闆|董事長|總經理|会长|经理)"
        ),
        "〔姓名〕",
    ),
    (re.compile(r"[\u4e00-\u9fffァ-ヺー]{1,6}(?:さん|様|氏)"), "〔姓名〕"),
    (
        re.compile(
            r"(?:我是|我叫|敝姓|姓名|聯絡人|联系人|負責人|负责人|承辦人|名字|名前|氏名|担当者)(?:是|叫|為|は|[:：])?\s*"
            r"[\u4e00-\u9fff]{2,4}"
        ),
        "〔姓名〕",
    ),
    (re.compile(r"\b(?:Mr|Ms|Mrs|Miss|Dr)\.?\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*"), "〔姓名〕"),
    (re.compile(r"\b(?i:my name is|i am|i'm|this is)\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*"), "〔姓名〕"),
    (re.compile(r"[\u4e00-\u9fffA-Za-z]{2,12}(?:股份有限公司|有限公司|企業社|工業社|株式会社)"), "〔公司〕"),
    (
        re.compile(r"[\u4e00-\u9fff]{1,6}(?:路|街|大道)(?:[\u4e00-\u9fff\d]{0,6}段)?\s*\d+\s*(?:巷|弄|號|号)\S{0,8}"),
        "〔地址〕",
    ),
)


def masked(text: str) -> str:
    """The text with everything that looks like personal data replaced; rather too much than too little."""
    hidden = unicodedata.normalize("NFKC", text)
    for pattern, word in _CHANGES:
        hidden = pattern.sub(word, hidden)
    return hidden
