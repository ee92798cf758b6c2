"""Serve the application, the demonstration, and show the configuration."""

from pathlib import Path
from typing import Annotated

import typer

from parc.cli.context import open_engine, say
from parc.cli.progress import counted
from parc.clock import now
from parc.config import Settings

Port = Annotated[int, typer.Option(help="Port d'écoute.")]


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command()(serve)
    app.command()(demo)
    app.command()(config)


def serve(
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Processus (PostgreSQL).")] = 1,
) -> None:
    """Servir l'application."""
    settings = Settings()
    open_engine(settings).dispose()
    _serve(settings, host, port, workers)


def demo(
    port: Port = 8000,
    directory: Annotated[
        Path, typer.Option("--dir", help="Dossier de la démonstration.")
    ] = Path("parc-demo"),
    devices: Annotated[int, typer.Option(help="Nombre de matériels.")] = 3000,
    seed: Annotated[int, typer.Option(help="Graine du tirage.")] = 1,
    serve_it: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Servir ensuite.")
    ] = True,
) -> None:
    """Fabriquer une fois un parc de démonstration, puis le servir."""
    from parc.operations import demonstration

    settings = Settings(data_dir=directory.resolve())
    engine = open_engine(settings, current=False)
    with counted("Parc de démonstration") as progress:
        accounts = demonstration.build(
            engine, settings, devices=devices, seed=seed, at=now(), progress=progress
        )
    engine.dispose()
    say("Comptes de démonstration :")
    for account in accounts:
        say(f"  {account.email:<34} {account.password}   {account.label}")
    if serve_it:
        _serve(settings, "127.0.0.1", port, 1)


def config() -> None:
    """Afficher les variables de configuration et leur valeur."""
    for line in Settings().describe():
        typer.echo(line)


def _serve(settings: Settings, host: str, port: int, workers: int) -> None:
    import uvicorn

    say(f"parc est servi sur http://{host}:{port} (Ctrl+C pour arrêter)")
    settings.export()
    uvicorn.run(
        "parc.web.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        server_header=False,
    )
