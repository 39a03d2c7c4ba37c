"""What staff read: the words of the desk by their code, in one place (contract §3)."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "status": {
        "received": "受理", "assigned": "已分案", "in_progress": "辦理中", "waiting_firm": "待廠商補件",
        "waiting_agency": "會辦中", "closed": "辦結",
    },
    "category": {
        "land": "土地", "construction": "建廠", "utilities": "水電", "environment": "環保", "tax": "稅務",
        "other": "其他", "smalltalk": "寒暄",
    },
    "kind": {"ENQ": "一般諮詢", "PET": "人民陳情", "APP": "依法申請"},
    "channel": {
        "line": "LINE", "phone": "電話", "counter": "臨櫃", "letter": "公文", "email": "電子郵件", "web": "網站",
        "visit": "訪視", "hotline": "專線",
    },
    "outcome": {
        "answered": "已答復", "referred": "移請權責機關", "withdrawn": "撤回", "duplicate": "併案",
        "declined": "不予受理",
    },
    "role": {"officer": "承辦人", "supervisor": "主管", "admin": "系統管理", "partner": "協力機關"},
    "agency": {"taipower": "台電", "taiwanwater": "台水", "customs": "海關", "ntb": "國稅局"},
    "alert": {
        "outage_power": "停電", "outage_water": "停水", "fire": "火災", "gas_leak": "瓦斯外洩",
        "chemical_leak": "化學品洩漏", "injury": "人員受傷", "flood": "淹水",
    },
    "delivery": {
        "pending": "待送出", "leased": "送出中", "accepted": "LINE 已收件", "unknown": "結果不明", "dead": "無法送出",
        "cancelled": "已取消",
    },
    "event": {
        "assigned": "分案", "message": "廠商來訊", "replied": "回復", "note": "內部註記", "waiting": "等待",
        "resumed": "恢復辦理", "extended": "展期", "category": "改類別", "kind": "案件性質", "transferred": "改分",
        "closed": "辦結", "reopened": "重新開啟", "extension_asked": "申請展期", "extension_refused": "不同意展期",
        "confidential": "保密設定", "rated": "廠商評分", "call_asked": "請求回電",
    },
    "language": {"zh-TW": "中文", "zh-CN": "中文（簡體）", "en": "英文", "ja": "日文"},
}  # fmt: skip


def word(code: str | None, family: str) -> str:
    """The word for a code of a family; the code itself if there is none, a dash for nothing."""
    return "—" if code is None else WORDS[family].get(code, code)
