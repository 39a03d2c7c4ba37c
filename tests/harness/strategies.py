"""What Hypothesis draws from: words people type, messages the bot sends."""

from __future__ import annotations

from hypothesis import strategies as st

from routing.domain.messages import Button, Card, Carousel, Picture, Row, Text

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
_postbacks = st.builds(Button, label=words, data=words, shown=st.none() | words, primary=st.booleans())
_links = st.builds(Button, label=words, url=words)
buttons = st.lists(_postbacks | _links, max_size=4).map(tuple)
rows = st.lists(st.builds(Row, label=words, value=words), max_size=4).map(tuple)
cards = st.builds(
    Card, title=words, body=words, rows=rows, buttons=buttons, footer=words,
    tone=st.sampled_from(["info", "done", "wait", "alert"]), alt=words, quick=buttons,
)  # fmt: skip
outgoing = st.one_of(
    st.builds(Text, body=words, quick=buttons),
    cards,
    st.builds(Carousel, cards=st.lists(cards, max_size=3).map(tuple), alt=words, quick=buttons),
    st.builds(Picture, url=words, preview=words, content_type=words, size=st.integers(0), quick=buttons, speaker=words),
)
