"""Commands and options of `gridbrush`, on which scripts rely."""

from __future__ import annotations

import argparse
import contextlib
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from studio import __version__
from studio.cli import out_parser
from studio.cli.stderr import complain
from studio.common import terminal, user_input
from studio.common.errors import UsageError
from studio.common.i18n import _
from studio.domain.entities import Role

COMMANDS = ("generate", "models", "key", "library", "self-test")
LEVELS = ("debug", "info", "warning", "error")


class ParsedArguments(argparse.Namespace):
    """Parsed arguments.

    Attributes:
        command: name of the command; None for the window.
        files: absolute paths of pictures to open in the window as references.
    """

    command: str | None
    home: str | None
    log_level: str
    provider: str | None
    base_url: str | None
    anyway: bool
    json: bool
    files: list[Path]


def parse(
    arguments: Sequence[str],
    *,
    before_command: Callable[[Sequence[str]], None] = lambda _arguments: None,
) -> ParsedArguments:
    """Parse the command line. Wrong usage exits with code 2.

    `before_command` is called with the arguments before a command prints anything, such as its
    help, but not for the window.
    """
    # Options alone open the window, which does not wait for the parsers of all commands.
    window = _with_defaults(
        argparse.ArgumentParser(
            parents=[_common()], add_help=False, allow_abbrev=False, exit_on_error=False
        )
    )
    command = None
    with contextlib.suppress(argparse.ArgumentError):
        options, more = window.parse_known_args(arguments, namespace=ParsedArguments())
        if not more or _are_files(more):
            options.command = None
            options.files = [_opened_path(word) for word in more]
            return options
        if more[0] in COMMANDS:
            command = more[0]
        elif not more[0].startswith("-"):
            before_command(arguments)
            _refuse(more)
    terminal.guard()
    before_command(arguments)
    return build(command).parse_args(arguments, namespace=ParsedArguments())


_PATHS = frozenset(
    {"home", "files", "ref", "paths", "out", "file", "to", "folder", "region", "logo"}
)
"""Options with file names, which may contain any bytes."""


def check_text(options: ParsedArguments) -> None:
    """Raise UsageError for arguments that are not valid text."""
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
                    _("It contains invalid characters. Nothing was sent."),
                    hint=_("Use UTF-8."),
                ) from error


def _refuse(words: list[str]) -> NoReturn:
    """Report arguments that are neither a command nor files; exits with code 2."""
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
    """A sentence for each argument that cannot be opened as a file."""
    return [said for word in words if (said := _no_file(word))]


def _no_file(word: str) -> str:
    """Reason why an argument cannot be opened as a file; "" if it can."""
    try:
        path = user_input.path_of(word)
        mode = path.stat().st_mode
    except user_input.Unusable as error:
        return _("{path} cannot be opened: {reason}").format(path=word, reason=error.reason)
    except (FileNotFoundError, NotADirectoryError):
        # Loaded for a mistyped argument only, because it takes 0.2 MB.
        import difflib

        if near := difflib.get_close_matches(word, COMMANDS, n=1):
            return _("No file or command {word}. Did you mean {near}?").format(
                word=word, near=near[0]
            )
        return _("File {path} not found.").format(path=word)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return _("{path} cannot be opened: {reason}.").format(path=word, reason=reason)
    if stat.S_ISDIR(mode):
        return _("{path} is a folder. Import its pictures with `gridbrush library import`.").format(
            path=word
        )
    if not stat.S_ISREG(mode):
        kind = user_input.what_is(mode)
        # Translators: {kind} is a sentence such as "This is a pipe, not a file."
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
    common.add_argument("--log-level", choices=LEVELS, help=_("level of detail in the log"))
    common.add_argument("--provider", metavar="NAME", help=_("profile: dgrid, google, sketch…"))
    common.add_argument("--base-url", metavar="URL", help=_("service address for this run"))
    common.add_argument(
        "--anyway",
        action="store_true",
        help=_("open the library even if another computer has it open"),
    )
    common.add_argument(
        "--trust",
        action="store_true",
        help=_("resume unfinished work in a library or backup from elsewhere"),
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


def build(only: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands; the manual page is generated from it.

    `only` names the command to be parsed, and leaves the others without their options: there are
    hundreds.
    """
    parser = argparse.ArgumentParser(
        prog="gridbrush",
        parents=[_common()],
        description=_("Make pictures with an image model. Without a command, the window opens."),
    )
    parser.add_argument("--version", action="version", version=f"gridbrush {__version__}")
    _with_defaults(parser)
    # For the self-test; the only option that loads Qt: creates a window without showing it.
    parser.add_argument("--probe-window", action="store_true", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"))
    # Not the one above: `set_defaults` changes the options of a shared parent.
    common = _common()
    for name, add_options, says in (
        ("generate", _generate, _("make pictures from a prompt")),
        ("models", _models, _("list image models, their options and prices")),
        ("key", _key, _("manage a profile's key in the system keyring")),
        ("library", _library, _("browse and maintain the library")),
        ("self-test", _self_test, _("check that Gridbrush works on this computer")),
    ):
        command = commands.add_parser(name, parents=[common], help=says, description=says)
        if only in (None, name):
            add_options(command, common)
    return parser


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("print one JSON object per line"))


class _AppendReference(argparse.Action):
    """Appends a role and a file name, as references are numbered in the order given."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        _option: str | None = None,
    ) -> None:
        found = (*getattr(namespace, self.dest), (self.const, values))
        setattr(namespace, self.dest, list(found))


def _models(parser: argparse.ArgumentParser, _parent: argparse.ArgumentParser) -> None:
    parser.add_argument("--refresh", action="store_true", help=_("fetch the list from the service"))
    _json(parser)


def _self_test(parser: argparse.ArgumentParser, _parent: argparse.ArgumentParser) -> None:
    _json(parser)


def _generate(parser: argparse.ArgumentParser, _parent: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "prompt", metavar="PROMPT", help=_("description of the picture; - reads standard input")
    )
    parser.add_argument("--model", metavar="ID")
    parser.add_argument("--aspect", metavar="R", help=_("aspect ratio, such as 16:9"))
    parser.add_argument(
        "--size", metavar="S", help=_("512, 1K, 2K, 4K or another size of the service")
    )
    parser.add_argument("--count", metavar="N", type=int, default=1)
    parser.add_argument("--seed", metavar="N", type=int)
    for option, role, says in (
        ("--ref", Role.FREE, _("reference picture; repeatable")),
        ("--subject", Role.SUBJECT, _("reference that shows the subject; repeatable")),
        ("--style", Role.STYLE, _("reference for the style; repeatable")),
        ("--palette", Role.PALETTE, _("reference for the colours; repeatable")),
        ("--composition", Role.COMPOSITION, _("reference for the composition; repeatable")),
    ):
        parser.add_argument(
            option,
            dest="ref",
            metavar="FILE",
            action=_AppendReference,
            const=role,
            default=[],
            help=says,
        )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--edit", metavar="ID", help=_("edit this picture of the library"))
    source.add_argument(
        "--continue",
        dest="continues",
        metavar="ID",
        help=_("edit this picture and continue its conversation"),
    )
    parser.add_argument(
        "--mark",
        metavar="X,Y:TEXT",
        action="append",
        default=[],
        help=_(
            "what should change at a place of the picture to edit, from 0,0 (upper left) to 1,1; "
            "repeatable"
        ),
    )
    parser.add_argument(
        "--region",
        metavar="X,Y,W,H|FILE",
        help=_(
            "change nothing outside of a box, given in fractions of the picture to edit, or of the "
            "white parts of a black and white PNG"
        ),
    )
    parser.add_argument(
        "--reframe",
        metavar="R",
        action="append",
        default=[],
        help=_("extend the picture to edit to this aspect ratio; repeatable"),
    )
    parser.add_argument(
        "--anchor",
        metavar="X,Y",
        help=_("place of the picture in its new frame, from 0,0 (upper left) to 1,1"),
    )
    parser.add_argument(
        "--system",
        metavar="TEXT",
        help=_("system instruction; @FILE reads it from a file (replaces the window's)"),
    )
    parser.add_argument("--temperature", metavar="T", help=_("0 to 2 (default: set by the model)"))
    parser.add_argument(
        "--thinking",
        metavar="LEVEL",
        help=_("thinking level: minimal, low, medium or high, depending on the model"),
    )
    parser.add_argument("--search", action="store_true", help=_("allow web search"))
    parser.add_argument(
        "--image-search", action="store_true", help=_("allow web search and image search")
    )
    parser.add_argument(
        "--ref-detail",
        metavar="LEVEL",
        help=_(
            "detail at which references are read: low, medium, high or ultra_high, depending on "
            "the model"
        ),
    )
    parser.add_argument(
        "--safety",
        metavar="CATEGORY=LEVEL",
        action="append",
        default=[],
        help=_(
            "block few, some, most or none of harassment, hate, sexual or dangerous content; "
            "repeatable"
        ),
    )
    parser.add_argument("--out", metavar="DIR", help=_("also copy the results to DIR"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask before large runs"))
    parser.add_argument(
        "--over-budget",
        action="store_true",
        help=_("send it even above the monthly budget"),
    )
    _json(parser)


def _key(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, says in (
        ("set", _("store a key from a prompt or standard input")),
        ("test", _("test the key with a free call")),
        ("delete", _("delete the key from the keyring")),
        ("status", _("show whether a key is stored, and where")),
    ):
        action = actions.add_parser(name, parents=[common], help=says, description=says)
        _json(action)


def _library(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, says: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, parents=[common], help=says, description=says)
        _json(made)
        return made

    listing = action("list", _("list pictures, newest first"))
    listing.add_argument(
        "words",
        nargs="*",
        metavar="QUERY",
        help=_("words, phrases and filters such as rating:>=4, tag:NAME, branch:NAME, is:picked"),
    )
    listing.add_argument(
        "--sort",
        choices=("newest", "oldest", "rating", "name", "cost", "drift"),
        default="newest",
    )
    listing.add_argument("--limit", type=int, default=0, metavar="N")
    listing.add_argument("--trashed", action="store_true", help=_("list pictures in the trash"))
    action("show", _("show a picture's details")).add_argument("id", metavar="ID")
    comparing = action("compare", _("compare the pixels of two pictures"))
    comparing.add_argument("first", metavar="ID")
    comparing.add_argument("second", metavar="ID")
    verify = action("verify", _("compare every original with its hash"))
    verify.add_argument("--fix", action="store_true", help=_("repair damage where possible"))
    backup = action("backup", _("back up everything to a new file"))
    backup.add_argument("file", metavar="FILE")
    forget = action("forget", _("delete a prompt everywhere, permanently"))
    forget.add_argument("ids", nargs="+", metavar="PROMPT")
    recover = action("recover", _("restore a backup to a new library"))
    recover.add_argument("file", metavar="FILE")
    recover.add_argument("--to", metavar="DIR", help=_("library folder to restore to"))
    moving = action("move", _("move the library to another folder or disk"))
    moving.add_argument("folder", metavar="DIR")
    again = action("read-again", _("read kept answers again; nothing is sent or billed"))
    again.add_argument("ids", nargs="*", metavar="JOB", help=_("default: all kept answers"))
    again.add_argument("--out", metavar="DIR", help=_("save their files to DIR instead"))
    action("rebuild", _("rebuild the index from the records"))
    action("stats", _("show number, size and cost of pictures"))
    rate = action("rate", _("rate pictures with 0 to 5 stars"))
    rate.add_argument("stars", type=int, metavar="STARS")
    rate.add_argument("ids", nargs="+", metavar="ID")
    tag = action("tag", _("add and remove tags"))
    tag.add_argument("ids", nargs="+", metavar="ID")
    tag.add_argument("--add", action="append", default=[], metavar="TAG")
    tag.add_argument("--remove", dest="untag", action="append", default=[], metavar="TAG")
    _choose(action)
    collect = action("collect", _("add pictures to a collection, or save a search"))
    collect.add_argument("name", metavar="NAME")
    collect.add_argument("ids", nargs="*", metavar="ID")
    collect.add_argument("--search", metavar="QUERY", help=_("save this search instead"))
    collect.add_argument(
        "--remove",
        action="store_true",
        help=_("remove the pictures; without ids delete the collection"),
    )
    action("collections", _("list collections with number and cost of pictures"))
    history = action("history", _("list undoable changes, newest first"))
    history.add_argument("--limit", type=int, default=20, metavar="N")
    action("undo", _("undo the last change"))
    action("redo", _("redo the last undone change"))
    taking = action("import", _("copy picture files and folders into the library"))
    taking.add_argument("paths", nargs="+", metavar="PATH")
    out_parser.add(action)
    emptying = action("empty-trash", _("permanently delete the pictures in the trash"))
    emptying.add_argument("--yes", action="store_true", help=_("do not ask for confirmation"))
    action("trash", _("move pictures to the trash")).add_argument("ids", nargs="+", metavar="ID")
    action("restore", _("restore pictures from the trash")).add_argument(
        "ids", nargs="+", metavar="ID"
    )


def _choose(action: Callable[[str, str], argparse.ArgumentParser]) -> None:
    flag = action("flag", _("pick or reject pictures"))
    flag.add_argument("flag", choices=("pick", "reject", "none"))
    flag.add_argument("ids", nargs="+", metavar="ID")
    family = action("family", _("show all pictures that were edited from one another"))
    family.add_argument("id", metavar="ID")
    branch = action("branch", _("show or name the branch that begins with a picture"))
    branch.add_argument("id", metavar="ID")
    branch.add_argument("--name", metavar="NAME", help=_("name the branch; empty to clear"))
    stack = action("stack", _("show the stack of a picture, or stack several"))
    stack.add_argument("ids", nargs="+", metavar="ID")
    stack.add_argument(
        "--by",
        choices=("run", "parent", "hand"),
        default="run",
        help=_("what makes the stack shown (default: run)"),
    )
    how = stack.add_mutually_exclusive_group()
    how.add_argument("--cover", action="store_true", help=_("make the picture its stack's cover"))
    how.add_argument("--apart", action="store_true", help=_("unstack the pictures"))
    how.add_argument(
        "--by-rule", action="store_true", help=_("return the pictures to their usual stacks")
    )
    action("rounds", _("list rounds of pick mode and duels"))
    order = action("order", _("show the order of a duel, or the decisions of a round"))
    order.add_argument("id", metavar="ID")
