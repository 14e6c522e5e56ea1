"""The worker process, with the pipelines of tests added."""

from voyant.server.worker import run

if __name__ == "__main__":
    from tests.durable.probes import register

    register()
    run()
