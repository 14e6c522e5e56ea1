"""What the steps of a pipeline import, brought in before they need it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from threading import Lock, Thread, main_thread

from voyant.workflows.pipeline import Pipeline

log = logging.getLogger(__name__)

_loading = Lock()
is_lean = False
"""Set where a process runs a command and nothing else: a single thread then imports what is ours, and Arrow need not
know pandas' objects when it meets them."""

_to_come: list[str] = []


def prepare(pipeline: Pipeline) -> None:
    """Begins what the steps will need; a process with other threads has it all when this returns.

    Two threads must not import our own modules at once: where one imports a package whose parts import each other, and
    the other begins with one of those parts, Python hands out a half-made module rather than wait forever. A command
    has one thread that imports ours, so that libraries can come in beside it.
    """
    warm_up(pipeline)
    modules = [module for step in pipeline.steps for module in step.modules]
    if is_lean:
        _to_come[:] = [module for module in modules if _is_ours(module)]
        preload([module for module in modules if not _is_ours(module)])
    else:
        load(modules)


def load_while_waiting() -> None:
    """Imports what is ours of the later steps: for the thread of a command that would otherwise only wait."""
    _import_all(_to_come)
    _to_come.clear()


def _is_ours(module: str) -> bool:
    return module.startswith("voyant.")


def load(modules: Sequence[str]) -> None:
    """Imports them while no other thread does; in a command they come in where they are used."""
    if not is_lean:
        with _loading:
            _import_all(modules)


def warm_up(pipeline: Pipeline) -> None:
    """Begins what runs in processes of its own; those that run stay as they are."""
    for step in pipeline.steps:
        if step.prepare is not None:
            step.prepare()


def preload(modules: Sequence[str]) -> None:
    """Begins to import them, in that order, without waiting for it.

    One thread is enough: importing holds Python's lock, which the engine lets go of while it works. It is no daemon: an
    interpreter that ends in the middle of an import can end in a crash.
    """
    # NumPy changes the environment of the process while it is imported: no other thread may be reading that meanwhile.
    import numpy  # noqa: F401

    Thread(target=_import_all, args=(modules,), name="preloading").start()


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("It is left out.", name=fullname)


def _leave_pandas_out() -> None:
    """Lets Arrow look for pandas in vain, once: it imports it for its first value, which takes a quarter of a second,
    and again where a data frame is asked for."""
    import pyarrow as pa

    finder = _WithoutPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.scalar(True)
    finally:
        sys.meta_path.remove(finder)


def _import_all(modules: Sequence[str]) -> None:
    if is_lean and "pandas" not in sys.modules:
        _leave_pandas_out()
    for module in modules:
        if not main_thread().is_alive():
            return
        try:
            import_module(module)
        except Exception:
            # The step that needs it imports it too, and tells of the failure.
            log.warning("The module %r could not be imported ahead.", module, exc_info=True)
