"""One message of each kind in three languages, with words as long as real ones get."""

# ruff: noqa: E501 - sentences in three languages are read better on one line

from __future__ import annotations

from routing.domain.messages import Button, Card, Carousel, Outgoing, Row, Text, postback

LANGUAGES = ("zh-TW", "en", "ja")
NUMBER = "KP-1151122-0001"

_WORDS = {
    "ask": ("請專人協助", "Ask a person", "担当者に相談"),
    "mine": ("我的案件", "My cases", "私の案件"),
    "menu": ("主選單", "Menu", "メニュー"),
    "cancel": ("取消", "Cancel", "キャンセル"),
    "binding": ("依承辦單位回復為準", "The responsible unit's reply prevails.", "担当部署の回答が優先します。"),
    "number": ("服務案號", "Case no.", "受付番号"),
    "category": ("類別", "Category", "分類"),
    "unit": ("承辦單位", "Unit", "担当部署"),
    "officer": ("承辦人", "Officer", "担当者"),
    "promised": ("預定回復日", "Expected reply by", "回答予定日"),
    "nobody": ("分案中", "Being assigned", "担当者を調整中"),
    "land": ("土地", "Land", "土地"),
    "land_unit": ("用地工程科", "Land and Engineering Section", "用地工程科"),
    "add": ("補充說明或文件", "Add details or files", "補足・資料を送る"),
    "progress": ("查看進度", "See progress", "進捗を見る"),
    "call_me": ("請打電話給我", "Please call me", "電話してほしい"),
}


def _say(key: str, language: str) -> str:
    return _WORDS[key][LANGUAGES.index(language)]


def _pick(language: str, *texts: str) -> str:
    return texts[LANGUAGES.index(language)]


def _button(label: str, action: str, *, primary: bool = False, **values: str | int) -> Button:
    return Button(label=label, data=postback(action, **values), shown=label, primary=primary)


def usual(language: str) -> tuple[Button, ...]:
    names = (("ask", "open_case"), ("mine", "my_cases"), ("menu", "menu"))
    return tuple(_button(_say(key, language), action) for key, action in names)


def plain(language: str) -> list[Outgoing]:
    words = _pick(
        language,
        "請問貴公司名稱或統一編號？",
        "What is your company's name or tax ID (統一編號)?",
        "会社名または統一編号を教えてください。",
    )
    return [Text(words, quick=(_button(_say("cancel", language), "cancel"),))]


def greeting(language: str) -> list[Outgoing]:
    names = (
        ("land", "土地", "Land", "土地"),
        ("construction", "建廠", "Plant construction", "工場建設"),
        ("utilities", "水電", "Water and power", "水道・電力"),
        ("environment", "環保", "Environment", "環境"),
        ("tax", "稅務", "Tax", "税務"),
        ("other", "其他", "Other", "その他"),
    )
    buttons = tuple(_button(_pick(language, *labels), "category", category=name) for name, *labels in names)
    title = _pick(language, "高屏分局單一窗口", "Kaohsiung-Pingtung Branch: single window", "高屏分局ワンストップ窓口")
    body = _pick(
        language,
        "您好，直接打字描述問題就可以，例如「租地要繳多少預約金」；查得到依據的會立即回答，其他由專人回復。也可以先點一個類別：",
        "Hello. Just type your question. What we can source is answered at once; a person replies to the rest. "
        "Or pick a category:",
        "こんにちは。ご質問をそのまま入力してください。根拠のある内容はすぐに、その他は担当者がお答えします。分類からも選べます：",
    )
    return [Card(title=title, body=body, buttons=buttons, alt=title, quick=usual(language))]


def answer(language: str) -> list[Outgoing]:
    question = _pick(
        language,
        "承租園區土地要先繳什麼？",
        "What must be paid before land in a park can be leased?",
        "園区の土地を借りるとき、最初に何を納めますか",
    )
    body = _pick(
        language,
        "範例答案：申請時先繳預約金，簽約後抵充租金。\n\n一、填寫申請書。\n二、檢附公司登記文件。\n三、等候核定通知。",
        "Sample answer: a deposit is paid with the application and counts towards the rent.\n\n"
        "1. Fill in the form.\n2. Attach the registration.\n3. Wait for the notice.",
        "回答例：申請時に予約金を納め、契約後に賃料へ充当します。\n\n1. 申請書を記入\n2. 登記書類を添付\n3. 通知を待つ",
    )
    helpful, not_helpful, source = (
        _pick(language, "有解決", "This helped", "解決した"),
        _pick(language, "沒有解決", "Not what I need", "解決しない"),
        _pick(language, "查看法規或來源", "See the source", "根拠を見る"),
    )
    rows = (
        Row(_pick(language, "適用園區", "Applies to", "対象園区"), _pick(language, "科技產業園區", "technology industrial parks", "科技産業園区")),
        Row(_pick(language, "依據", "Basis", "根拠"), "科技產業園區設置管理條例 §11；科技產業園區土地租金及費用計收標準 §4"),
        Row(_pick(language, "查證日期", "Verified", "確認日"), "2026/11/22"),
        Row(_say("unit", language), _say("land_unit", language)),
    )  # fmt: skip
    footer = _pick(
        language,
        "系統自動回答，依承辦單位回復為準。",
        "Automatic answer. The responsible unit's reply prevails.",
        "自動回答です。担当部署の回答が優先します。",
    )
    buttons = (
        _button(helpful, "helpful", faq="land-deposit", primary=True),
        _button(not_helpful, "not_helpful", faq="land-deposit"),
        _button(_say("ask", language), "open_case"),
        Button(label=source, url="https://law.moj.gov.tw/LawClass/LawAll.aspx?pcode=J0100001"),
    )
    card = Card(title=question, body=body, rows=rows, buttons=buttons, footer=footer, alt=question)
    return [card, Text(_pick(language, "請留意園區類型。", "Mind the kind of park.", "園区の種類にご注意ください。"), quick=usual(language))]  # fmt: skip


def choices(language: str) -> list[Outgoing]:
    questions = _pick(
        language,
        "退租土地或廠房要怎麼辦理？押金什麼時候退還？|租約到期前要怎麼續租？|廠房可以分租給其他公司嗎？",
        "How is a lease of land or a plant given up, and when is the deposit returned?|How is a lease renewed?|"
        "May part of a plant be sublet to another company?",
        "土地・工場の解約はどう手続きしますか。保証金はいつ返りますか|更新の手続きは|工場の一部を他社に貸せますか",
    ).split("|")
    title = _pick(language, "您想問的是哪一個？", "Which do you mean?", "どちらのご質問ですか")
    none = _pick(language, "都不是，請專人協助", "None of these, ask a person", "どれでもない・担当者へ")
    footer = _pick(
        language,
        "點選最接近的問題，或請專人協助。",
        "Tap the closest one, or ask a person.",
        "近いものを選ぶか、担当者にご相談ください。",
    )
    buttons = tuple(
        Button(label=words, data=postback("faq", id=f"land-{at}"), shown=words[:100])
        for at, words in enumerate(questions)
    )
    return [
        Card(
            title=title, buttons=(*buttons, _button(none, "open_case", primary=True)), footer=footer, alt=title,
            quick=usual(language),
        )
    ]  # fmt: skip


def parks(language: str) -> list[Outgoing]:
    names = (
        "楠梓科技產業園區|Nanzih Technology Industrial Park", "楠梓科技產業園區第二園區|Nanzih Second Park",
        "前鎮科技產業園區|Qianzhen Technology Industrial Park", "臨廣園區|Linguang Park", "成功物流園區|Chenggong Park",
        "高雄軟體園區|Kaohsiung Software Park", "屏東科技產業園區|Pingtung Technology Industrial Park",
        "大發產業園區|Dafa Industrial Park", "林園產業園區|Linyuan Industrial Park", "永安產業園區|Yongan Industrial Park",
        "鳳山產業園區|Fengshan Industrial Park", "大社產業園區|Dashe Industrial Park",
        "仁武產業園區|Renwu Industrial Park", "臨海產業園區|Linhai Industrial Park", "屏東產業園區|Pingtung Industrial Park",
        "內埔產業園區|Neipu Industrial Park",
    )  # fmt: skip
    buttons = tuple(
        _button(name.split("|")[language == "en"], "park", id=f"park-{at}") for at, name in enumerate(names)
    )
    none = _button(_pick(language, "不在園區內／其他", "Not in a park / other", "園区外・その他"), "park", id="none")
    title = _pick(language, "請問在哪一個園區？", "Which park are you in?", "どちらの園区ですか")
    cancel = _button(_say("cancel", language), "cancel")
    return [Card(title=title, buttons=(*buttons, none), alt=title, quick=(cancel,))]


def _case_rows(language: str, officer: str, *, promised: str = "2026/11/25") -> tuple[Row, ...]:
    return (
        Row(_say("number", language), NUMBER),
        Row(_say("category", language), _say("land", language)),
        Row(_say("unit", language), _say("land_unit", language)),
        Row(_say("officer", language), officer),
        Row(_say("promised", language), promised),
    )


def _case_buttons(language: str) -> tuple[Button, ...]:
    return (
        _button(_say("add", language), "add_to_case", number=NUMBER, primary=True),
        _button(_say("progress", language), "case", number=NUMBER),
        _button(_say("call_me", language), "call_me", number=NUMBER),
    )


def receipt(language: str) -> list[Outgoing]:
    title = _pick(language, "已受理您的案件", "Your case is open", "案件を受け付けました")
    body = _pick(
        language,
        "我們會在預定回復日前回復您，辦理進度會在這裡通知。",
        "We will reply by the date below, and every step will be told to you here.",
        "回答予定日までにご回答します。進捗はこちらでお知らせします。",
    )
    return [
        Card(
            title=title, body=body, rows=_case_rows(language, _say("nobody", language)),
            buttons=_case_buttons(language), footer=_say("binding", language), tone="done", alt=f"{title} {NUMBER}",
        )
    ]  # fmt: skip


def waiting(language: str) -> list[Outgoing]:
    title = _pick(language, "請補充資料", "We need something from you", "資料の補足をお願いします")
    body = _pick(
        language,
        "請提供：\n1. 公司登記表影本\n2. 用地位置圖，範例見 https://www.example.gov.tw/form/%E5%9C%96.pdf\n\n收到前，辦理期限暫停計算。",
        "Please send:\n1. a copy of the registration\n2. a site plan, sample: https://www.example.gov.tw/form/plan.pdf\n\n"
        "The clock stands still until we have it.",
        "次の資料をお送りください。\n1. 登記簿の写し\n2. 位置図、例：https://www.example.gov.tw/form/plan.pdf\n\n受領まで処理期限の計算を止めます。",
    )
    return [
        Card(
            title=title, body=body, rows=_case_rows(language, "王小明"), buttons=_case_buttons(language),
            footer=_say("binding", language), tone="wait", alt=f"{title} {NUMBER}",
        )
    ]  # fmt: skip


def alert(language: str) -> list[Outgoing]:
    title = _pick(language, "請先撥打緊急電話", "Call the emergency number first", "まず緊急番号に電話してください")
    body = _pick(
        language,
        "如有立即危險，請先確保人員安全並撥打 119。\nLINE 訊息不是法定通報；依法應通報者，請向主管機關通報。",
        "If there is danger, get people to safety and call 119.\n"
        "A LINE message is not the report that the law requires.",
        "危険がある場合は、人の安全を確保し119へ電話してください。\nLINEのメッセージは法定の通報ではありません。",
    )
    fire = _pick(language, "119 消防、救護車", "119 Fire and ambulance", "119 消防・救急")
    power = _pick(
        language, "1911 台電客服專線（停電通報）", "1911 Taipower (power outage)", "1911 台湾電力（停電の通報）"
    )
    ask = _button(_say("ask", language), "open_case")
    buttons = (Button(label=fire, url="tel:119"), Button(label=power, url="tel:1911"), ask)
    return [Card(title=title, body=body, buttons=buttons, tone="alert", alt=title, quick=usual(language))]


def summary(language: str) -> list[Outgoing]:
    title = _pick(language, "請確認內容", "Is this right?", "内容をご確認ください")
    words = _pick(
        language,
        "我們想退租前鎮園區的廠房，押金什麼時候可以退？",
        "We want to give up our plant in Qianzhen. When is the deposit returned?",
        "前鎮の工場を解約したいです。保証金はいつ返りますか。",
    )
    rows = (
        Row(_say("category", language), _say("land", language)),
        Row(_say("unit", language), _say("land_unit", language)),
        Row(_pick(language, "公司", "Company", "会社"), "範例精密股份有限公司（04595257）"),
        Row(_pick(language, "聯絡人", "Contact", "連絡先"), "林小姐 07-1234567 分機 12"),
    )
    buttons = (
        _button(_pick(language, "確認送出", "Confirm and send", "送信する"), "confirm_case", primary=True),
        _button(_pick(language, "修改聯絡資料", "Change my details", "連絡先を修正"), "change_details"),
        _button(_say("cancel", language), "cancel"),
    )
    footer = _pick(
        language,
        "可繼續打字或傳檔補充；類別不對請點下方選項。",
        "Type or send more to add to it.",
        "続けて入力・送信すると追加されます。",
    )
    return [Card(title=title, body=words, rows=rows, buttons=buttons, footer=footer, alt=title)]


def cases(language: str) -> list[Outgoing]:
    subjects = _pick(
        language,
        "我們想退租前鎮園區的廠房|污水納管申請進度|租金單",
        "We want to give up our plant in Qianzhen|Sewer connection|Rent",
        "前鎮の工場を解約したい|排水接続の進捗|賃料",
    ).split("|")
    tones = ("wait", "info", "done")
    cards = tuple(
        Card(
            title=subject, rows=_case_rows(language, "王小明"), buttons=_case_buttons(language),
            footer=_say("binding", language), tone=tone, alt=NUMBER,  # type: ignore[arg-type]
        )
        for subject, tone in zip(subjects, tones, strict=True)
    )  # fmt: skip
    title = _pick(language, "您的案件（3）", "Your cases (3)", "あなたの案件（3）")
    return [Carousel(cards=cards, alt=title, quick=usual(language))]


def rating(language: str) -> list[Outgoing]:
    scores = _pick(
        language,
        "5 非常滿意|4 滿意|3 普通|2 不滿意|1 非常不滿意",
        "5 Very satisfied|4 Satisfied|3 Neutral|2 Dissatisfied|1 Very dissatisfied",
        "5 とても満足|4 満足|3 普通|2 不満|1 とても不満",
    ).split("|")
    buttons = tuple(_button(words, "rate", number=NUMBER, score=int(words[0])) for words in scores)
    title = _pick(language, "這次服務如何？", "How did we do?", "今回の対応はいかがでしたか")
    body = _pick(
        language,
        "請點一個，幫助我們改進。",
        "One tap helps us improve.",
        "一つお選びください。改善に役立てます。",
    )
    return [Card(title=title, body=body, buttons=buttons, alt=title)]


def plot(language: str) -> list[Outgoing]:
    """Two plots side by side, one of which says less, and beneath them what a list does not promise."""
    park = _pick(language, "屏東科技產業園區", "Pingtung Technology Industrial Park", "屏東科技産業園区")
    land, building = _pick(language, "土地|廠房／建物", "Land|Building", "土地|建物").split("|")
    names = _pick(
        language,
        "面積|供電|可納廢水|適用產業|可交付日|租金（依清冊）|條件",
        "Area|Power|Wastewater|Industries|Available from|Rent (as listed)|Conditions",
        "面積|電力|排水|対象業種|引渡し可能日|賃料（一覧のとおり）|条件",
    ).split("|")
    day = _pick(language, "115年12月31日", "31 December 2026", "2026年12月31日")
    values = (
        "12,000 m²",
        "2,500 kW",
        "180 CMD",
        "電子零組件、精密機械、金屬製品製造業",
        day,
        "每平方公尺每月 9.5 元",
        "臨 12 公尺道路；須自設廢水前處理設施",
    )
    footer = _pick(language, "資料日期 115年11月20日", "As of 20 November 2026", "2026年11月20日 現在")
    whole = tuple(Row(name, value) for name, value in zip(names, values, strict=True))
    cards = (
        Card(title=f"{park} P-A12", label=land, rows=whole, footer=footer),
        Card(title=f"{park} P-B03", label=building, rows=whole[:1], footer=footer),
    )
    words = _pick(
        language,
        "以上為承辦人依您的需求選出、清冊所載的資料，不分先後，不代表保留或核准；實際可否承租以申請時的公告與審查為準。有興趣或想看現場，請直接回覆。",
        "Your officer chose these from the branch's list for what you told us. They are in no order, and nothing is reserved or approved by this message; what can be rented is decided by the announcement and review when you apply. Reply here if one interests you or to see the site.",
        "担当者がご要望に沿って一覧から選んだものです。順位はなく、確保や承認を意味するものではありません。実際の可否は申請時の公告と審査によります。ご関心がある、または現地をご覧になりたい場合はそのままご返信ください。",
    )
    alt = _pick(language, "2 筆用地資料", "2 plots", "用地情報 2 件")
    return [
        Carousel(cards=cards, alt=alt),
        Text(words, quick=(_button(_say("add", language), "add_to_case", number=NUMBER),)),
    ]


def notice(language: str) -> list[Outgoing]:
    """An urgent announcement with one tap to ask and one to stop the topic."""
    topic = _pick(language, "停電停水", "Power and water outages", "停電・断水")
    title = _pick(
        language,
        "楠梓園區 12 月 5 日計畫性停電",
        "Planned power cut in Nanzih on 5 December",
        "楠梓園区 12月5日の計画停電",
    )
    body = _pick(
        language,
        "12 月 5 日（六）08:00–17:00，楠梓園區東街、中央路段停電，辦理饋線設備更換。\n請預先備妥備用電源，並留意復電時的設備安全。",
        "On Saturday 5 December, 08:00–17:00, East Street and Central Road have no power while feeder equipment is replaced.\nPlease prepare backup power and mind your equipment when power returns.",
        "12月5日（土）08:00～17:00、東街・中央路は給電設備の交換のため停電します。\n予備電源をご準備のうえ、復電時の設備の安全にご注意ください。",
    )
    ask = _pick(language, "詢問這則公告", "Ask about this", "この件を質問する")
    stop = _pick(language, "不再收「停電停水」", "Stop: Power and water outages", "停止：停電・断水")
    footer = _pick(
        language,
        "產業園區管理局高屏分局公告",
        "Announcement of the Kaohsiung-Pingtung Branch",
        "高屏分局からのお知らせ",
    )
    buttons = (
        _button(ask, "notice", primary=True, id=17),
        Button(label=stop, shown=stop, data=postback("topics", topic="outage", wanted="no", notice=17)),
    )
    return [Card(title=title, label=topic, body=body, buttons=buttons, footer=footer, tone="alert")]


def question(language: str) -> list[Outgoing]:
    """A question of a set behind a receipt: what it is for, then the first with its choices and the ways past it."""
    intro = _pick(
        language,
        "為了一次備齊「原產地證明書」所需資料，請回答 3 題；每一題都可以略過。",
        "To have what “Certificate of origin” needs in one go, please answer 3 question(s). Each can be skipped.",
        "「原産地証明書」に必要な資料を一度でそろえるため、3 問お答えください。どれもスキップできます。",
    )
    ask = _pick(
        language,
        "（1／3）貨品放行了嗎？放行日是哪一天，可在下一題補充。",
        "(1/3) Has customs released the goods? You can add the day in the next question.",
        "（1／3）貨物は許可されましたか。許可日は次の質問で補足できます。",
    )
    labels = _pick(language, "已放行|放行前申請", "Released|Before release", "許可済み|許可前に申請").split("|")
    ways = _pick(language, "略過這題|先問到這裡", "Skip this|Stop asking", "スキップ|ここまで").split("|")
    choices = tuple(
        _button(label, "question", number=NUMBER, what="released", value=value)
        for label, value in zip(labels, ("released", "before"), strict=True)
    )
    quick = (
        *choices,
        _button(ways[0], "question", number=NUMBER, what="released", value="skip"),
        _button(ways[1], "question", number=NUMBER, what="stop"),
    )
    return [Text(intro), Text(ask, quick=quick)]


KINDS = {
    kind.__name__: kind
    for kind in (
        plain,
        greeting,
        answer,
        choices,
        parks,
        receipt,
        waiting,
        alert,
        summary,
        cases,
        rating,
        plot,
        notice,
        question,
    )
}
