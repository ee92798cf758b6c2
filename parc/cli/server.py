"""Serve the application, the demonstration, and show the configuration."""

import errno
import socket
from pathlib import Path
from typing import Annotated

import typer

from parc.cli import worker
from parc.cli.context import open_engine, refuse, say
from parc.cli.files import read_file
from parc.cli.progress import counted
from parc.clock import now
from parc.config import Settings

Port = Annotated[int, typer.Option(help="Port d'écoute.", min=1, max=65_535)]


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command()(serve)
    app.command()(demo)
    app.command()(config)


def serve(
    host: Annotated[
        str | None, typer.Option(help="Adresse d'écoute ; sinon PARC_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port d'écoute ; sinon PARC_PORT.", min=1, max=65_535),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processus, avec PostgreSQL ; sinon PARC_WORKERS.", min=1, max=64
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Certificat TLS, fichier PEM.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="Clé du certificat, fichier PEM.")
    ] = None,
) -> None:
    """Servir l'application."""
    if (tls_cert is None) != (tls_key is None):
        message = "--tls-cert et --tls-key vont ensemble"
        raise typer.BadParameter(message)
    for path in filter(None, (tls_cert, tls_key)):
        read_file(path)
    settings = Settings()
    engine = open_engine(settings)
    processes = workers or settings.workers
    if processes > 1 and engine.dialect.name == "sqlite":
        refuse(
            "one_process",
            "Plusieurs processus demandent PostgreSQL : réglez PARC_DATABASE_URL.",
        )
    engine.dispose()
    _serve(
        settings,
        host or settings.host,
        port or settings.port,
        processes,
        tls=(tls_cert, tls_key) if tls_cert and tls_key else None,
    )


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

    folder = directory.absolute()
    # Never the database of the settings: these accounts' passwords are public.
    url = f"sqlite:///{folder / 'parc.sqlite3'}"
    settings = Settings(data_dir=folder, database_url=url)
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


def _serve(
    settings: Settings,
    host: str,
    port: int,
    workers: int,
    *,
    tls: tuple[Path, Path] | None = None,
) -> None:
    import uvicorn

    _require_free(host, port)
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if tls else "http"
    say(f"parc est servi sur {scheme}://{shown}:{port} (Ctrl+C pour arrêter)")
    settings.export()
    with worker.beside():
        uvicorn.run(
            "parc.web.app:from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            server_header=False,
            # The application itself believes named proxies only (PARC_TRUSTED_PROXIES).
            proxy_headers=False,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
        )


def _require_free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened to, before saying that it is."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        where = f"{host}, port {port}"
        if error.errno == errno.EADDRINUSE:
            refuse("port_taken", f"{where} : déjà pris. Choisissez un autre --port.")
        refuse("no_address", f"{where} : parc ne peut pas écouter à cette adresse.")
