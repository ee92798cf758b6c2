"""Signs of life."""

from pathlib import Path

from starlette.testclient import TestClient

from parc.config import Settings
from parc.storage.database import connect
from parc.web.app import create_app


def test_it_is_alive(anonymous: TestClient) -> None:
    assert anonymous.get("/health/live").json() == {"status": "alive"}


def test_it_is_ready_when_database_schema_and_storage_answer(
    anonymous: TestClient,
) -> None:
    answer = anonymous.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": True,
        "schema": True,
        "storage": True,
    }


def test_it_is_not_ready_on_a_database_without_tables(settings: Settings) -> None:
    engine = connect(f"sqlite:///{settings.data_dir / 'empty.db'}")

    answer = TestClient(create_app(settings, engine)).get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert answer.json()["schema"] is False
    engine.dispose()


def test_it_is_alive_and_not_ready_without_a_database(
    settings: Settings, tmp_path: Path
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'nowhere' / 'parc.db'}")
    client = TestClient(create_app(settings, engine))

    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] is False


def test_it_is_not_ready_without_its_folder(settings: Settings) -> None:
    gone = settings.model_copy(update={"data_dir": settings.data_dir / "gone"})
    engine = connect(f"sqlite:///{settings.data_dir / 'empty.db'}")

    answer = TestClient(create_app(gone, engine)).get("/health/ready")

    assert answer.json()["storage"] is False
    engine.dispose()
