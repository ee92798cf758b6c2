"""The bench as an application: what a telephone is told, and may keep."""

import io
import json

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from parc.web import static_files
from tests.web.conftest import MakeDevice


def test_the_manifest_names_icons_that_exist(anonymous: TestClient) -> None:
    answer = anonymous.get("/manifest.webmanifest")
    described = json.loads(answer.text)

    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert described["start_url"] == "/scan"
    sizes = {"512x512", "192x192"}
    assert sizes <= {icon["sizes"] for icon in described["icons"]}
    for icon in described["icons"]:
        drawn = anonymous.get(icon["src"])
        assert drawn.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            width, height = Image.open(io.BytesIO(drawn.content)).size
            assert icon["sizes"] == f"{width}x{height}"


@pytest.mark.parametrize("size", ["1", "100000", "x"])
def test_no_other_size_is_drawn(anonymous: TestClient, size: str) -> None:
    assert anonymous.get(f"/icons/{size}.png").status_code == 404


def test_the_service_worker_is_asked_for_again_each_time(
    anonymous: TestClient,
) -> None:
    answer = anonymous.get("/sw.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.text.startswith('const VERSION = "')


def test_the_service_worker_changes_with_each_file_that_it_keeps(
    anonymous: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = anonymous.get("/sw.js").text
    changed = dict(static_files.assets())
    changed["more.css"] = changed["scan.css"]
    monkeypatch.setattr(static_files, "assets", lambda: changed)

    assert anonymous.get("/sw.js").text != before


def test_the_page_offline_is_the_same_for_all_and_shows_nothing_of_anybody(
    app: FastAPI, alice: TestClient, anonymous: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    alice.post("/scan", data={"code": tag})
    page = alice.get("/scan/offline").text

    assert page == anonymous.get("/scan/offline").text
    assert tag not in page
    assert "alice" not in page
    assert "hors ligne" in page


def test_every_file_of_the_page_offline_is_served(anonymous: TestClient) -> None:
    page = anonymous.get("/scan/offline").text
    named = [part.split('"')[0] for part in page.split('"/static/')[1:]]

    assert any(name.startswith("offline-") for name in named)
    for name in named:
        assert anonymous.get(f"/static/{name}").status_code == 200
