"""``voyant serve``, and its parts alone: ``voyant api`` and ``voyant worker``."""

from __future__ import annotations

import typer

HOST = typer.Option(None, "--host", help="A loopback address in place of VOYANT_HOST.", show_default=False)
PORT = typer.Option(None, "--port", min=1, max=65535, help="In place of VOYANT_PORT.", show_default=False)
TEMPORAL_PORT = typer.Option(
    None, "--temporal-port", min=1, max=65535, help="In place of VOYANT_TEMPORAL_PORT.", show_default=False
)


def serve(host: str | None = HOST, port: int | None = PORT, temporal_port: int | None = TEMPORAL_PORT) -> None:
    """Start everything on this machine: REST, MCP, a worker and the engine that keeps jobs. Ctrl-C ends it."""
    from voyant.server.api import require_loopback
    from voyant.server.children import LOOPBACK, children_of
    from voyant.server.probing import is_ready
    from voyant.server.supervisor import Supervisor
    from voyant.services.home import open_home
    from voyant.settings.configuration import settings

    configured = settings()
    host, port = host or configured.host, port or configured.port
    temporal_port = temporal_port or configured.temporal_port
    require_loopback(host)
    children = children_of(host, port, temporal_port)
    open_home()
    url = f"http://{host}:{port}"
    typer.echo(f"Starting on {configured.home} …", err=True)

    def tell(seconds: float) -> None:
        typer.echo(f"Ready after {seconds:.1f} s. Ctrl-C ends it.", err=True)
        typer.echo(f"  REST  {url}/v1    manual {url}/docs", err=True)
        typer.echo(f"  MCP   {url}/mcp", err=True)
        typer.echo(f"  Logs  {configured.home / 'logs'}", err=True)

    Supervisor(
        children,
        url=url,
        temporal_address=f"{LOOPBACK}:{temporal_port}",
        is_ready=lambda: is_ready(f"{url}/ready"),
        on_ready=tell,
    ).run()


def api(host: str | None = HOST, port: int | None = PORT) -> None:
    """Answer REST and MCP; jobs are run by workers."""
    from voyant.server.api import run
    from voyant.settings.configuration import settings

    run(host or settings().host, port or settings().port)


def worker() -> None:
    """Run the jobs that wait, as many at once as VOYANT_WORKER_SLOTS says."""
    from voyant.server.worker import run

    run()
