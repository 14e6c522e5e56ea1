"""The page of shell commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from tools.reference.markdown import code, prose, table
from voyant.cli.main import app


def page() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(app)
    parts = [
        "# Shell commands",
        "SOURCE is a path, a glob, a folder, a URL, a database URL, `-` for standard input, a source id or a table of "
        "this home; a path that exists goes first. Results go to standard "
        "output, progress and errors to standard error. What each [exit code](errors.md#exit-codes-of-the-shell) means "
        "stands with the errors.",
    ]
    for path, command in _commands(root, "voyant"):
        parts += _section(path, command)
    return "\n\n".join(parts)


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if not children:
        yield path, command
        return
    for name, child in children.items():
        yield from _commands(child, f"{path} {name}")


def _section(path: str, command: Any) -> list[str]:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    usage = " ".join([path, *(_usage(argument) for argument in arguments), *(["[OPTIONS]"] if options else [])])
    section = [f"## {path}", f"```\n{usage}\n```", prose(command.help or "")]
    rows = [[code(_usage(argument)), argument.help or ""] for argument in arguments]
    rows += [[_names(option), _meaning(option)] for option in options]
    return [*section, table(["Parameter", "What it is"], rows)] if rows else section


def _usage(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return str(name) if argument.required else f"[{name}]"


def _names(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or option.name.rpartition('_')[2].upper()}"
    return ", ".join(code(name + value) for name in option.opts)


def _meaning(option: Any) -> str:
    shown = option.help or ""
    return shown if option.is_flag or not option.default else f"{shown} {option.default} where not given."
