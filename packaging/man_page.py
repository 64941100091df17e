"""Prints the manual with the parser's commands and options; other places stay to be filled.

Runs in an environment that has the program's libraries.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import identity

TEMPLATE = Path(__file__).resolve().parent / "linux" / "gridbrush.1"


def page() -> str:
    """The manual in troff, all ASCII."""
    sys.path.insert(0, str(identity.ROOT))
    from studio.cli import parser

    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("@COMMANDS@", "\n".join(_commands(parser.build())))
    return text.replace("@OPTIONS@", "\n".join(_options(parser.build())))


def _commands(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    for group in parser._actions:  # noqa: SLF001
        if not isinstance(group, argparse._SubParsersAction):  # noqa: SLF001
            continue
        says = {choice.dest: choice.help for choice in group._choices_actions}  # noqa: SLF001
        for name, command in group.choices.items():
            whole = f"{before}{name}"
            yield f".TP\n.B {_plain(whole)}\n{_sentence(says.get(name) or '')}"
            yield from _commands(command, f"{whole} ")


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for option in parser._actions:  # noqa: SLF001
        if option.option_strings and option.help != argparse.SUPPRESS and option.dest != "help":
            value = f' " {option.metavar or option.dest.upper()}"' if option.nargs != 0 else ""
            name = _plain(option.option_strings[-1])
            yield f".TP\n.BI {name}{value}\n{_sentence(option.help or '')}"


def _sentence(text: str) -> str:
    """A line of help with a capital letter and a full stop; its other capitals stay."""
    return f"{_plain(text[:1].upper() + text[1:])}."


def _plain(text: str) -> str:
    """Words that troff takes for nothing else."""
    for sign, written in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("%%", "%")):
        text = text.replace(sign, written)
    return "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)


if __name__ == "__main__":
    sys.stdout.write(page())
