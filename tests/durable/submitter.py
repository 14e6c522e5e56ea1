"""Accepts jobs until it is killed, and prints the id of each once it is accepted."""

import sys

from voyant.domain.caller import Caller
from voyant.services.home import open_home

if __name__ == "__main__":
    open_home()
    from voyant.services.analysis import parameters_of
    from voyant.services.sources import source_from
    from voyant.services.submission import submit

    tenant, kind, path = sys.argv[1:]
    caller = Caller(tenant=tenant, subject="tester", may_read_files=True)
    while True:
        print(submit(caller, kind, parameters_of(source_from(caller, path))).job.id, flush=True)
