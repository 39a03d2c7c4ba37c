"""Several matters in one message, read with the knowledge that ships: what is one, and what is another."""

import pytest

from knowledge.vocabulary import Category


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("標準廠房租金怎麼算？另外營業稅多久申報一次？", ["標準廠房租金怎麼算？", "營業稅多久申報一次？"]),
        ("產地證明一張多少錢 廢水許可證效期幾年", ["產地證明一張多少錢", "廢水許可證效期幾年"]),
        (
            "我們是楠梓的廠商，租約快到期了。想問續租要多久前提出，另外裝太陽能板要不要申請？",
            ["我們是楠梓的廠商，租約快到期了。想問續租要多久前提出", "裝太陽能板要不要申請？"],
        ),
        (
            "How much is the origin certificate fee? Also, how long is a discharge permit valid?",
            ["How much is the origin certificate fee?", "how long is a discharge permit valid?"],
        ),
        ("你好！請問印花稅合約要貼多少？謝謝", []),
        ("請問工廠登記要怎麼辦？要多久？要帶什麼文件？", []),
        ("我們還有三個月租約，怎麼續租", []),
        ("空污操作許可證怎麼展延，逾期會罰多少", []),
    ],
)
def test_what_may_be_matters_of_their_own_is_read_by_itself(understander, text, parts):
    assert [part.text for part in understander.understand(text).parts] == parts


def test_a_place_named_once_holds_for_every_matter_of_the_message(understander):
    read = understander.understand("大發工業區的標準廠房租金怎麼算？另外營業稅多久申報一次？")
    assert {part.place.name for part in read.parts} == {"大發"}


@pytest.mark.parametrize(
    "text", ["你好！請問產地證明一張多少錢？謝謝", "Hello! How much is the certificate of origin? Thanks"]
)
def test_courtesy_around_a_question_does_not_make_it_small_talk(understander, text):
    assert understander.understand(text).faq[0].entry_id == "other-origin-certificate"
    assert understander.understand(text).category is Category.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "工廠登記要怎麼辦?要多少規費",
        "碳費我們要繳嗎?一年用電大概600萬度",
        "How is waste solvent reported? We changed the clearance company.",
        "隣の工場の騒音がひどいです。どこに苦情を言えばいいですか。",
    ],
)
def test_a_fee_of_the_matter_and_what_only_tells_are_no_second_topic(understander, text):
    assert not understander.understand(text).other_topics


def test_what_is_begged_for_beside_a_question_is_a_second_topic(understander):
    """Half of it would go unanswered, and unnamed."""
    text = "屋上に太陽光パネルを設置します。許可は必要でしょうか。補助金があれば併せて教えてください。"
    assert understander.understand(text).other_topics == (Category.OTHER,)


@pytest.mark.parametrize(
    "text",
    [
        "危險性工作場所審查是送哪個單位,要多久前送",
        "Need temporary electricity for a construction site, who do I contact",
    ],
)
def test_whom_to_ask_is_not_named_as_unsaid_where_the_entry_says_it(understander, text):
    assert understander.understand(text).unsaid == ()
