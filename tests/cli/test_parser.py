"""The parser of one command has what it needs, and is what the parser of all would be."""

from __future__ import annotations

import pytest

from studio.cli import parser


def options(only: str | None) -> dict[str, set[str]]:
    """The options of each command."""
    groups = parser.build(only)._subparsers
    assert groups is not None
    choices = groups._group_actions[0].choices
    assert isinstance(choices, dict)
    return {name: {action.dest for action in one._actions} for name, one in choices.items()}


COMMON = {"help", "home", "log_level", "provider", "base_url", "anyway", "trust"}


@pytest.mark.parametrize(
    "words", [["generate", "x"], ["library", "undo"], ["models"], ["key", "set"], ["self-test"]]
)
def test_only_the_command_that_runs_gets_its_options(words: list[str]) -> None:
    command = words[0]
    every, some = options(None), options(command)
    assert some == {name: every[name] if name == command else COMMON for name in every}
    assert every[command] > COMMON
    assert parser.build(command).format_help() == parser.build().format_help()
    whole = parser.build().parse_args(words, namespace=parser.ParsedArguments())
    assert parser.parse(words) == whole
