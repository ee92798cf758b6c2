"""French formats, pages and fragments."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from fastapi import FastAPI, Request, Response
from jinja2 import UndefinedError
from starlette.testclient import TestClient

from parc.domain.fields import Field, Kind
from parc.web import rendering
from parc.web.rendering import day, euros, instant, number, percent, templates
from tests.htmx import parsed


def test_days_are_written_as_in_france() -> None:
    assert day(date(2026, 12, 31)) == "31/12/2026"
    assert day("2026-12-31") == "31/12/2026"
    assert day(None) == "—"


def test_instants_are_shown_in_local_time() -> None:
    assert instant(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "02/07/2026 à 00:30"
    assert instant(None) == "—"


def test_numbers_have_a_comma_and_narrow_spaces() -> None:
    assert number(1234567) == "1\u202f234\u202f567"
    assert number(1234.5, 1) == "1\u202f234,5"
    assert number(-3) == "\u22123"
    assert number(None) == "—"
    assert euros(123456) == "1\u202f234,56\u00a0€"
    assert euros(None) == "—"
    assert percent(47.5) == "47,5\u00a0%"
    assert percent(Decimal(50), 0) == "50\u00a0%"


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templates().from_string("{{ nobody }}").render()


def test_text_is_escaped() -> None:
    shown = templates().from_string("{{ text }}").render(text="<b>")

    assert shown == "&lt;b&gt;"


def drawn(field: Field, value: object = "", error: str = "") -> str:
    """Draw one form field."""
    source = '{% from "macros/forms.html" import field %}{{ field(f, v, e) }}'
    return templates().from_string(source).render(f=field, v=value, e=error)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_field_is_drawn_with_its_label(kind: Kind) -> None:
    html = drawn(Field("thing", "Libellé", kind, required=True, hint="Indice"))

    assert 'id="f-thing"' in html
    assert 'for="f-thing"' in html
    assert 'name="thing"' in html
    assert "Libellé" in html
    assert "required" in html
    assert 'aria-describedby="f-thing-hint"' in html


def test_a_wrong_field_is_marked_and_tells_why() -> None:
    html = drawn(Field("thing", "Libellé"), "<x>", "à corriger")

    assert 'aria-invalid="true"' in html
    assert "à corriger" in html
    assert "&lt;x&gt;" in html


@pytest.mark.parametrize("kind", Kind)
def test_each_attribute_of_a_control_is_its_own(kind: Kind) -> None:
    field = Field("thing", "Libellé", kind, required=True, hint="Indice")
    source = """{% from "macros/forms.html" import field %}
      {{ field(f, "", "à corriger", focus=true) }}"""
    root = parsed(templates().from_string(source).render(f=field))
    control = root.by_id("f-thing")

    assert control is not None
    assert control.attributes["name"] == "thing"
    assert control.attributes["aria-invalid"] == "true"
    assert control.attributes["aria-describedby"] == "f-thing-hint f-thing-error"
    assert {"required", "autofocus"} <= set(control.attributes)


def test_an_optional_field_asks_for_nothing() -> None:
    control = parsed(drawn(Field("thing", "Libellé"))).by_id("f-thing")

    assert control is not None
    assert control.attributes.keys().isdisjoint(
        {"required", "aria-invalid", "aria-describedby", "autofocus"}
    )


def test_punctuation_stays_with_its_word_in_what_templates_say() -> None:
    template = templates().from_string("<p>Quoi ? « {{ x }} » : {{ x }}</p>")

    told = template.render(x="a : b ?")
    assert told == "<p>Quoi\u00a0? «\u00a0a : b ?\u00a0»\u00a0: a : b ?</p>"


def test_stored_money_and_notes_are_shown_as_typed() -> None:
    assert 'value="349,05"' in drawn(Field("price", "Prix", Kind.MONEY), 34_905)
    assert 'value="7,5"' in drawn(Field("index", "Indice", Kind.TENTHS), 75)
    assert 'value="abc"' in drawn(Field("price", "Prix", Kind.MONEY), "abc")
    assert 'value=""' in drawn(Field("price", "Prix", Kind.MONEY), None)


def test_the_present_choice_is_selected() -> None:
    field = Field("c", "Choix", Kind.CHOICE, choices=(("a", "A"), ("b", "B")))

    assert '<option value="b" selected>B</option>' in drawn(field, "b")
    assert '<option value="oui" selected>' in drawn(Field("y", "?", Kind.YES_NO), True)


def test_a_notice_is_shown_once_after_a_redirection(app: FastAPI) -> None:
    def leave(request: Request) -> Response:
        return rendering.redirect(request, "/aide", "C'est <fait>.")

    app.add_api_route("/leave", leave)
    client = TestClient(app)

    assert "C&#39;est &lt;fait&gt;." in client.get("/leave").text
    assert "C&#39;est" not in client.get("/aide").text


def test_htmx_asks_for_a_fragment_but_not_when_it_restores_history(
    app: FastAPI,
) -> None:
    def which(request: Request) -> dict[str, bool]:
        return {"fragment": rendering.is_htmx(request)}

    app.add_api_route("/which", which)
    client = TestClient(app)

    def asked(**headers: str) -> bool:
        return bool(client.get("/which", headers=headers).json()["fragment"])

    restoring = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert asked(**{"HX-Request": "true"})
    assert not asked(**restoring)
    assert not asked()
