"""YAML and JSON that people write in files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from voyant.errors import Code, InvalidInput

MOST_BYTES = 4 * 1024**2


def read_yaml_file(path: Path, what: str) -> Any:
    """The plain data in a file of YAML or JSON.

    Args:
        what: What the file is to hold, as errors call it, such as ``rules``.

    Raises:
        InvalidInput: It cannot be read, is too large, or neither YAML nor JSON.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{path} is larger than {MOST_BYTES:,} bytes.", code=Code.TOO_LARGE)
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"The {what} {str(path)!r} cannot be read: {error.strerror}.", code=Code.UNREADABLE
        ) from None
    except UnicodeDecodeError:
        raise InvalidInput(f"The {what} {str(path)!r} are not UTF-8.", code=Code.ENCODING) from None
    import yaml

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader, with fewer guesses
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise InvalidInput(f"{path} is neither YAML nor JSON: {reason}", code=Code.UNREADABLE) from None


@cache
def _loader() -> Any:
    """YAML without what surprises: NO is a country and no boolean, and dates stay as they are written."""
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012 - of the base class
            first: [
                (tag, pattern)
                for tag, pattern in resolvers
                if tag != "tag:yaml.org,2002:timestamp"
                and (tag != "tag:yaml.org,2002:bool" or first in {"t", "f", "T", "F"})
            ]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.events.AliasEvent):
                # A few of them, nested, unfold to billions of values.
                raise yaml.YAMLError("aliases are not read: write each value out")
            return super().compose_node(parent, index)

    return Loader
