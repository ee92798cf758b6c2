"""Shared texts are never thought shorter than they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.shared_texts import SharedTexts, no_texts, shared_texts
from imports.sheet import UnreadableError

LONG = "x" * 5_000


def looked_at(xml: str, size: int = 1 << 20) -> SharedTexts:
    content = f"<?xml version='1.0'?>\n<sst>{xml}</sst>".encode()
    return shared_texts(
        lambda: (content[i : i + size] for i in range(0, len(content), size))
    )


def test_short_texts_need_no_reading() -> None:
    found = looked_at("<si><t>Dell</t></si><si><t xml:space='preserve'> a</t></si>")

    assert found.longest <= 250
    assert list(found.lengths()) == [4, 2]


@pytest.mark.parametrize(
    "xml",
    [
        f"<si><t>{LONG}</t></si>",
        f"<si><r><rPr><b/></rPr><t>{LONG[:2_500]}</t></r><r><t>{LONG[2_500:]}</t></r></si>",
        f"<x:si xmlns:x='u'><x:t>{LONG}</x:t></x:si>",
        f"<si><t>{LONG[:200]}<!--</si>-->{LONG[200:]}</t></si>",
        f"<si><t>{LONG[:100]}<![CDATA[</si><si>]]>{LONG[100:]}</t></si>",
        f"<si><t a='</t></si>'>{LONG}</t></si>".replace("</t></si>'", "&lt;/si>'"),
        f"<si/><si a='>'/><si><t>{LONG}</t></si>",
    ],
)
@pytest.mark.parametrize("size", [7, 1 << 20])
def test_a_long_text_is_seen_however_it_is_written(xml: str, size: int) -> None:
    found = looked_at(f"<si><t>a</t></si>{xml}<si><t>b</t></si>", size)

    assert found.longest >= len(LONG)
    assert max(found.lengths()) >= len(LONG)


def test_a_text_hidden_in_an_attribute_is_refused() -> None:
    with pytest.raises(UnreadableError) as caught:
        looked_at(f"<si><t a='</si>'>{LONG}</t></si>")
    assert caught.value.code == "damaged"


def test_a_document_type_is_refused() -> None:
    bomb = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'>]><sst><si><t>&a;</t></si></sst>"

    with pytest.raises(UnreadableError) as caught:
        shared_texts(lambda: iter([bomb]))
    assert caught.value.code == "damaged"


def test_a_workbook_may_share_no_text() -> None:
    assert no_texts().longest == 0


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="<>&\r"))))
def test_the_quick_look_is_never_below_the_truth(texts: list[str]) -> None:
    sane = ["".join(c for c in text if c >= " ") for text in texts]

    found = looked_at("".join(f"<si><t>{text}</t></si>" for text in sane), 50)

    lengths = [len(text.encode()) for text in sane]
    assert list(found.lengths()) == lengths
    assert found.longest >= max(lengths, default=0)
