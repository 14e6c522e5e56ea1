"""``voyant serve``, and its parts alone: ``voyant api`` and ``voyant worker``."""

from __future__ import annotations

import typer

HOST = typer.Option("127.0.0.1", "--host", envvar="VOYANT_HOST", help="Where to listen: a loopback address.")
PORT = typer.Option(8765, "--port", envvar="VOYANT_PORT", min=1, max=65535, help="The port of REST and MCP.")
TEMPORAL_PORT = typer.Option(
    7233, "--temporal-port", envvar="VOYANT_TEMPORAL_PORT", min=1, max=65535, help="The port of the workflow engine."
)


def serve(host: str = HOST, port: int = PORT, temporal_port: int = TEMPORAL_PORT) -> None:
    """Start everything on this machine: REST, MCP, a worker and the engine that keeps jobs. Ctrl-C ends it."""
    from voyant.server.api import require_loopback
    from voyant.server.children import LOOPBACK, children_of
    from voyant.server.probing import is_ready
    from voyant.server.supervisor import Supervisor
    from voyant.services.home import open_home
    from voyant.settings.configuration import settings

    require_loopback(host)
    children = children_of(host, port, temporal_port)
    open_home()
    url = f"http://{host}:{port}"
    typer.echo(f"Starting on {settings().home} …", err=True)

    def tell(seconds: float) -> None:
        typer.echo(f"Ready after {seconds:.1f} s. Ctrl-C ends it.", err=True)
        typer.echo(f"  REST  {url}/v1    manual {url}/docs", err=True)
        typer.echo(f"  MCP   {url}/mcp", err=True)
        typer.echo(f"  Logs  {settings().home / 'logs'}", err=True)

    Supervisor(
        children,
        url=url,
        temporal_address=f"{LOOPBACK}:{temporal_port}",
        is_ready=lambda: is_ready(f"{url}/ready"),
        on_ready=tell,
    ).run()


def api(host: str = HOST, port: int = PORT) -> None:
    """Answer REST and MCP; jobs are run by workers."""
    from voyant.server.api import run

    run(host, port)


def worker() -> None:
    """Run the jobs that wait, as many at once as VOYANT_WORKER_SLOTS says."""
    from voyant.server.worker import run

    run()
