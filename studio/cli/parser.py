"""Commands and options of `gridbrush`, on which scripts rely."""

from __future__ import annotations

import argparse
import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from studio import __version__
from studio.cli.stderr import complain
from studio.common import terminal, user_input
from studio.common.errors import UsageError
from studio.common.i18n import _

COMMANDS = ("generate", "models", "key", "library", "self-test")
LEVELS = ("debug", "info", "warning", "error")


class ParsedArguments(argparse.Namespace):
    """Parsed arguments.

    Attributes:
        command: None for the window.
        files: pictures to open in the window as references, as absolute paths.
    """

    command: str | None
    home: str | None
    log_level: str
    provider: str | None
    base_url: str | None
    anyway: bool
    json: bool
    files: list[Path]


def parse(arguments: Sequence[str]) -> ParsedArguments:
    """Parse the command line. Wrong usage exits with code 2."""
    # Options alone open the window, which does not wait for the parsers of all commands.
    window = _with_defaults(
        argparse.ArgumentParser(
            parents=[_common()], add_help=False, allow_abbrev=False, exit_on_error=False
        )
    )
    with contextlib.suppress(argparse.ArgumentError):
        options, more = window.parse_known_args(arguments, namespace=ParsedArguments())
        if not more or _are_files(more):
            options.command = None
            options.files = [_opened_path(word) for word in more]
            return options
        if more[0] not in COMMANDS and not more[0].startswith("-"):
            _refuse(more)
    terminal.guard()
    return build().parse_args(arguments, namespace=ParsedArguments())


_PATHS = frozenset({"home", "files", "ref", "paths", "out", "file", "to", "folder"})
"""Options with file names, which may have any bytes."""


def check_text(options: ParsedArguments) -> None:
    """Raise UsageError for arguments that are no valid text."""
    for name, value in vars(options).items():
        if name in _PATHS:
            continue
        for word in value if isinstance(value, list) else [value]:
            if not isinstance(word, str) or (name == "system" and word.startswith("@")):
                continue
            try:
                word.encode()
            except UnicodeEncodeError as error:
                raise UsageError(
                    _("The command line is not text: {words}").format(
                        words=user_input.valid(word)[:120]
                    ),
                    _("Some of its bytes are not valid text. Nothing was sent."),
                    hint=_("Write it in UTF-8."),
                ) from error


def _refuse(words: list[str]) -> NoReturn:
    """Explain why arguments without a command are no files either; exits with code 2."""
    terminal.guard()
    if wrong := _no_files([word for word in words if not word.startswith("-")]):
        complain(*wrong, _("gridbrush --help lists the commands."))
        raise SystemExit(2)
    unknown = " ".join(word for word in words if word.startswith("-"))
    build().error(_("unrecognized arguments: {words}").format(words=unknown))


def _opened_path(word: str) -> Path:
    return user_input.path_of(word).absolute()


def _are_files(words: list[str]) -> bool:
    """Whether these are files to open, and not a command."""
    return words[0] not in COMMANDS and not _no_files(words)


def _no_files(words: list[str]) -> list[str]:
    """A sentence for each argument that is no file to open."""
    return [said for word in words if (said := _no_file(word))]


def _no_file(word: str) -> str:
    """Reason why an argument is no file to open; "" for one that is."""
    try:
        path = user_input.path_of(word)
        mode = path.stat().st_mode
    except user_input.Unusable as error:
        return _("{path} cannot be opened: {reason}").format(path=word, reason=error.reason)
    except (FileNotFoundError, NotADirectoryError):
        # 0.2 MB, for a mistyped argument only.
        import difflib

        if near := difflib.get_close_matches(word, COMMANDS, n=1):
            return _("There is no file and no command {word}. Did you mean {near}?").format(
                word=word, near=near[0]
            )
        return _("There is no file {path}.").format(path=word)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return _("{path} cannot be opened: {reason}.").format(path=word, reason=reason)
    if stat.S_ISDIR(mode):
        return _("{path} is a folder. gridbrush library import brings its pictures in.").format(
            path=word
        )
    if not stat.S_ISREG(mode):
        kind = user_input.what_is(mode)
        return _("{path} is not a file. {kind}").format(path=word, kind=kind)
    try:
        user_input.head(path, 1)
    except user_input.Unusable as error:
        return _("{path} cannot be opened: {reason}").format(path=word, reason=error.reason)
    return ""


def _common() -> argparse.ArgumentParser:
    """Options accepted before and after the command."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--home", metavar="DIR", help=_("keep everything in DIR (also GRIDBRUSH_HOME)")
    )
    common.add_argument("--log-level", choices=LEVELS, help=_("how much goes to the log"))
    common.add_argument("--provider", metavar="NAME", help=_("profile: dgrid, google, sketch…"))
    common.add_argument("--base-url", metavar="URL", help=_("another address for this run"))
    common.add_argument(
        "--anyway",
        action="store_true",
        help=_("open the library though another computer has not closed it"),
    )
    common.add_argument(
        "--trust",
        action="store_true",
        help=_("go on with what is unfinished in a library or backup from elsewhere"),
    )
    return common


def _with_defaults(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.set_defaults(
        home=os.environ.get("GRIDBRUSH_HOME") or None,
        log_level="warning",
        provider=None,
        base_url=None,
        anyway=False,
        trust=False,
        json=False,
        probe_window=False,
        files=[],
    )
    return parser


def build() -> argparse.ArgumentParser:
    """The parser of all commands; the manual is written from it."""
    # A parser of its own for each: `set_defaults` changes the options of those it shares.
    parser = argparse.ArgumentParser(
        prog="gridbrush",
        parents=[_common()],
        description=_("Make pictures with an image model. Without a command the window opens."),
    )
    parser.add_argument("--version", action="version", version=f"gridbrush {__version__}")
    _with_defaults(parser)
    # Alone loads Qt for the self-test: whether a window can be made here, without showing one.
    parser.add_argument("--probe-window", action="store_true", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"))

    def command(name: str, says: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[_common()], help=says, description=says)

    _generate(command("generate", _("make pictures from a prompt")))
    models = command("models", _("image models, what each can do, price"))
    models.add_argument("--refresh", action="store_true", help=_("ask the service first"))
    _json(models)
    _key(command("key", _("the key of a profile, in the system keyring")))
    _library(command("library", _("look at the library and keep it in order")))
    _json(command("self-test", _("check that everything this program needs works here")))
    return parser


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("one JSON object a line"))


def _generate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt", metavar="PROMPT", help=_("what it should show; - reads it"))
    parser.add_argument("--model", metavar="ID")
    parser.add_argument("--aspect", metavar="R", help=_("such as 16:9"))
    parser.add_argument("--size", metavar="S", help=_("512, 1K, 2K, 4K or what the service takes"))
    parser.add_argument("--count", metavar="N", type=int, default=1)
    parser.add_argument("--seed", metavar="N", type=int)
    parser.add_argument(
        "--ref", metavar="FILE", action="append", default=[], help=_("a reference picture")
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--edit", metavar="ID", help=_("edit this picture of the library"))
    source.add_argument(
        "--continue",
        dest="continues",
        metavar="ID",
        help=_("edit this picture and go on with the conversation about it"),
    )
    parser.add_argument(
        "--system",
        metavar="TEXT",
        help=_("instruction apart from the prompt; @FILE reads it (the window's own is not used)"),
    )
    parser.add_argument("--temperature", metavar="T", help=_("0 to 2; the model's own without"))
    parser.add_argument(
        "--thinking", metavar="LEVEL", help=_("minimal, low, medium or high, as the model has it")
    )
    parser.add_argument("--search", action="store_true", help=_("let the model look things up"))
    parser.add_argument(
        "--safety",
        metavar="CATEGORY=LEVEL",
        action="append",
        default=[],
        help=_(
            "block few, some, most or none of harassment, hate, sexual or dangerous; repeatable"
        ),
    )
    parser.add_argument("--out", metavar="DIR", help=_("also copy the results to DIR"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask before many pictures"))
    parser.add_argument(
        "--over-budget",
        action="store_true",
        help=_("send it though it goes past the month's budget"),
    )
    _json(parser)


def _key(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, says in (
        ("set", _("store a key, read from a prompt or from standard input")),
        ("test", _("try it with a call that costs nothing")),
        ("delete", _("take it out of the keyring")),
        ("status", _("whether there is one, and where")),
    ):
        action = actions.add_parser(name, parents=[_common()], help=says, description=says)
        _json(action)


def _library(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, says: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, parents=[_common()], help=says, description=says)
        _json(made)
        return made

    listing = action("list", _("pictures, newest first"))
    listing.add_argument(
        "words",
        nargs="*",
        metavar="QUERY",
        help=_("words, phrases and tokens such as rating:>=4, tag:NAME, in:COLLECTION, is:picked"),
    )
    listing.add_argument(
        "--sort", choices=("newest", "oldest", "rating", "name", "cost"), default="newest"
    )
    listing.add_argument("--limit", type=int, default=0, metavar="N")
    listing.add_argument("--trashed", action="store_true", help=_("those in the trash"))
    action("show", _("everything known of a picture")).add_argument("id", metavar="ID")
    verify = action("verify", _("read every original again and compare it with its hash"))
    verify.add_argument("--fix", action="store_true", help=_("mend what can be mended"))
    backup = action("backup", _("everything into one new file"))
    backup.add_argument("file", metavar="FILE")
    forget = action("forget", _("take a prompt out of all that is kept, for good"))
    forget.add_argument("ids", nargs="+", metavar="PROMPT")
    recover = action("recover", _("everything back out of a backup, where no library is yet"))
    recover.add_argument("file", metavar="FILE")
    recover.add_argument("--to", metavar="DIR", help=_("another folder than the usual library"))
    moving = action("move", _("the whole library to another folder or disk"))
    moving.add_argument("folder", metavar="DIR")
    action("rebuild", _("make the index anew from the records"))
    action("stats", _("how many, how large, what they cost"))
    rate = action("rate", _("give pictures 0 to 5 stars"))
    rate.add_argument("stars", type=int, metavar="STARS")
    rate.add_argument("ids", nargs="+", metavar="ID")
    tag = action("tag", _("add and remove tags"))
    tag.add_argument("ids", nargs="+", metavar="ID")
    tag.add_argument("--add", action="append", default=[], metavar="TAG")
    tag.add_argument("--remove", dest="untag", action="append", default=[], metavar="TAG")
    collect = action("collect", _("put pictures into a collection, or save a search as one"))
    collect.add_argument("name", metavar="NAME")
    collect.add_argument("ids", nargs="*", metavar="ID")
    collect.add_argument("--search", metavar="QUERY", help=_("it finds its pictures by itself"))
    collect.add_argument(
        "--remove", action="store_true", help=_("take them out; without ids delete the collection")
    )
    action("collections", _("all collections, how many pictures they have, what they cost"))
    history = action("history", _("changes that can be undone, the last first"))
    history.add_argument("--limit", type=int, default=20, metavar="N")
    action("undo", _("take the last change back"))
    action("redo", _("do the last undone change again"))
    taking = action("import", _("copy picture files and folders into the library"))
    taking.add_argument("paths", nargs="+", metavar="PATH")
    export = action("export", _("copy originals out of the library"))
    export.add_argument("ids", nargs="+", metavar="ID")
    export.add_argument("--out", metavar="DIR", required=True)
    emptying = action("empty-trash", _("delete for good what is in the trash"))
    emptying.add_argument("--yes", action="store_true", help=_("do not ask before"))
    action("trash", _("move pictures to the trash")).add_argument("ids", nargs="+", metavar="ID")
    action("restore", _("bring them back")).add_argument("ids", nargs="+", metavar="ID")
