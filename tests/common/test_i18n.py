"""Every user-visible text goes through the catalogue, shown by a pseudo-locale."""

from __future__ import annotations

import ast
import asyncio
import gettext
import importlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.cli import run as cli_run
from studio.cli.parser import parse
from studio.common import errors, i18n, paths
from tests.fake_service import FakeService, Reply
from tests.source_files import nodes, parsed, texts

LONGER = 0.4
"""How much longer than English other languages are."""


class Brackets(gettext.NullTranslations):
    """Every message in brackets and longer, its placeholders as they were."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}{'~' * round(len(message) * LONGER)}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


@pytest.fixture(autouse=True)
def brackets() -> Iterator[None]:
    i18n.use(Brackets())
    yield
    i18n.use(gettext.NullTranslations())


def untranslated(text: str) -> list[str]:
    """Lines with a sentence outside of all brackets. Data are single words in these tests."""
    found = []
    for line in text.splitlines():
        rest = line
        while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", rest)) != rest:
            rest = shorter
        if re.search(r"[A-Za-z]{2,}[,.:]? [a-z]{2,}", rest) or "⟦" in rest or "⟧" in rest:
            found.append(line)
    return found


def test_the_check_itself_sees_what_was_forgotten() -> None:
    assert untranslated("This was forgotten.")
    assert untranslated("⟦Done~⟧ with it all")
    assert not untranslated("⟦Nothing at {path}~⟧: /tmp/x.png ⟦Choose ⟦one~⟧~⟧")
    assert i18n._("Trash") == "⟦Trash~~⟧"
    assert i18n.ngettext("{n} picture", "{n} pictures", 2).format(n=2).startswith("⟦2 pictures")


def run(home: Path, *arguments: str) -> int:
    """One command in this process, in the language of brackets."""
    options = parse(["--home", str(home), *arguments])
    name = (options.command or "").replace("-", "_")
    command = importlib.import_module(f"studio.cli.{name}").run
    return asyncio.run(cli_run.run_command(command, options, paths.find(options.home)))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GRIDBRUSH_API_KEY", "GRIDBRUSH_HOME", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    return tmp_path / "home"


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", ""],
        ["generate", "x", "--count", "0"],
        ["generate", "x", "--count", "17"],
        ["generate", "x", "--aspect", "abc"],
        ["generate", "x", "--aspect", "5:3"],
        ["generate", "x", "--size", "a b"],
        ["generate", "x", "--seed", "-1"],
        ["generate", "x", "--provider", "nobody"],
        ["generate", "x", "--provider", "sketch", "--model", "nothing"],
        ["generate", "x", "--ref", "nothing.png"],
        ["generate", "x", "--edit", "abcdef"],
        ["generate", "x", "--base-url", "http://images.example"],
        ["generate", "x", "--provider", "dgrid"],
        ["generate", "x", "--size", "512", "--model", "sketch-refuses"],
        ["generate", "x", "--size", "512", "--model", "sketch-words"],
        ["generate", "x", "--size", "512", "--model", "sketch-cut"],
        ["generate", "x", "--size", "512"],
        ["models"],
        ["key", "status"],
        ["key", "test", "--provider", "dgrid"],
        ["key", "delete", "--provider", "dgrid"],
        ["library", "show", "abcdef"],
        ["library", "verify"],
        ["library", "rebuild"],
    ],
    ids=" ".join,
)
def test_what_a_command_says_is_in_the_users_language(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    run(home, *arguments)
    out, err = capsys.readouterr()
    assert "⟦" in out + err or arguments == ["models"]
    assert untranslated(out) == []
    assert untranslated(err) == []


def test_changes_and_damage_are_reported_in_the_users_language(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "generate", "x", "--size", "512", "--json") == 0
    image = next(
        event
        for event in map(json.loads, capsys.readouterr().out.splitlines())
        if event["event"] == "image"
    )
    for arguments in (
        ["library", "rate", "3", image["id"]],
        ["library", "rate", "3", image["id"]],
        ["library", "rate", "9", image["id"]],
        ["library", "tag", image["id"], "--add", "harbour"],
        ["library", "trash", image["id"]],
        ["library", "restore", image["id"]],
        ["library", "show", image["id"]],
    ):
        run(home, *arguments)
        out, err = capsys.readouterr()
        assert "⟦" in out + err
        assert untranslated(out + err) == []
    Path(image["path"]).unlink()
    (home / "library" / "2026-01").mkdir()
    (home / "library" / "2026-01" / "stray.png").write_bytes(b"x")
    assert run(home, "library", "verify") == 8
    out, err = capsys.readouterr()
    assert untranslated(out + err) == []
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "settings.json").write_text("{")
    run(home, "library", "list")
    assert untranslated(capsys.readouterr().err) == []


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 429, 500, 501, 504])
def test_what_a_service_refuses_is_reported_in_the_users_language(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("GRIDBRUSH_API_KEY", "sk-canary-000000000000")
    reply = Reply(status, {"error": {"message": "daily"}}, {"Retry-After": "0"})
    with FakeService(fallback=lambda _request: reply) as service:
        run(home, "generate", "x", "--base-url", service.url, "--json")
    out, err = capsys.readouterr()
    (failed,) = [e for e in map(json.loads, out.splitlines()) if e["event"] == "failed"]
    said = "\n".join(failed[name] for name in ("title", "message", "hint"))
    assert failed["title"].startswith("⟦")
    assert untranslated(said + "\n" + err) == []


def test_help_is_in_the_users_language(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["generate", "--help"], ["library", "--help"], ["key", "--help"]):
        with pytest.raises(SystemExit):
            parse(arguments)
        text = re.sub(r"\s+", " ", capsys.readouterr().out)
        # What argparse says by itself has a catalogue of its own; names of options are names.
        for own in (
            *("positional arguments:", "options:", "show this help message and exit"),
            "show program's version number and exit",
        ):
            text = text.replace(own, "")
        text = re.sub(r"^usage:.*?⟦", "⟦", text)
        text = re.sub(r"(--?[a-z-]+ )?[A-Z]+ [a-z-]+ ⟦", "⟦", text)
        assert untranslated(text) == []


# What is written in the source itself

SHOWN: dict[str, tuple[int | str, ...]] = {
    **dict.fromkeys(
        [
            name
            for name, kind in vars(errors).items()
            if isinstance(kind, type) and issubclass(kind, errors.StudioError)
        ],
        (0, 1, "title", "message", "hint"),
    ),
    **dict.fromkeys(("Text", "Button"), (0, "text", "tip")),
    "Action": (1, "text"),
    **dict.fromkeys(("ActionMenu", "MessageAction"), (0, "title", "label")),
    **dict.fromkeys(("QAction", "QLabel", "QPushButton", "QMenu"), (0, "text")),
    **dict.fromkeys(("setText", "setToolTip", "setStatusTip", "setWhatsThis"), (0,)),
    **dict.fromkeys(("setPlaceholderText", "setWindowTitle", "setTitle"), (0,)),
    **dict.fromkeys(("setAccessibleName", "setAccessibleDescription"), (0,)),
    **dict.fromkeys(("setInformativeText", "setDetailedText", "addTab", "setHeaderText"), (0, 1)),
    **dict.fromkeys(("add_argument", "add_parser", "ArgumentParser"), ("help", "description")),
}
"""Calls whose arguments a person reads: which of them, by place or name."""

PRINTED = ("complain", "say")
"""Functions whose every argument is printed; methods of these names are others."""

ALLOWED = {
    "Gridbrush": "the program's own name",
    "gridbrush": "the program's own name",
    '<p style="line-height:': "markup around a paragraph",
    "px; color:": "markup around a paragraph",
    '; margin:0">': "markup around a paragraph",
}
"""Words that are the same in every language."""


def name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def shown(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a person reads."""
    if isinstance(call.func, ast.Name) and call.func.id in PRINTED:
        yield from call.args
    wanted = SHOWN.get(name_of(call), ())
    yield from (arg for n, arg in enumerate(call.args) if n in wanted)
    yield from (one.value for one in call.keywords if one.arg in wanted)


def literals(value: ast.expr) -> Iterator[str]:
    """Text that stands in an expression and that nobody translates."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        for part in value.values:
            yield from literals(part)
    elif isinstance(value, ast.IfExp):
        yield from literals(value.body)
        yield from literals(value.orelse)
    elif isinstance(value, ast.BoolOp):
        for one in value.values:
            yield from literals(one)
    elif isinstance(value, ast.Call) and name_of(value) == "format":
        assert isinstance(value.func, ast.Attribute)
        yield from literals(value.func.value)
    elif isinstance(value, ast.BinOp):
        yield from literals(value.left)
        yield from literals(value.right)


def found(look: Callable[[ast.Module], Iterator[tuple[int, str]]]) -> list[str]:
    return [
        f"{name}:{line}: {text}"
        for name, source in texts()
        if not name.endswith("/i18n.py")  # the catalogue's own door
        for line, text in look(parsed(source))
    ]


def forgotten(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in nodes(tree):
        if isinstance(node, ast.Call):
            for value in shown(node):
                for text in literals(value):
                    if re.search(r"[A-Za-z]{2,}", text) and text.strip() not in ALLOWED:
                        yield node.lineno, text


def composed(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in nodes(tree):
        if isinstance(node, ast.Call) and name_of(node) in ("_", "ngettext", "pgettext"):
            texts = node.args[:2] if name_of(node) != "_" else node.args[:1]
            for text in texts:
                if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                    yield node.lineno, ast.unparse(text)


def too_early(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts asked for while a module is imported: before the language is known."""

    def walk(node: ast.AST) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.Lambda):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            early = [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]
            for one in early:
                if one is not None:
                    yield from walk(one)
            return
        if isinstance(node, ast.Call) and name_of(node) in ("_", "ngettext", "pgettext"):
            yield node.lineno, ast.unparse(node)
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    yield from walk(tree)


def test_no_text_a_person_reads_was_left_out_of_the_catalogue() -> None:
    assert found(forgotten) == []


def test_a_reason_of_the_system_becomes_a_sentence() -> None:
    i18n.use(gettext.NullTranslations())
    parts = ("Cannot be saved", "No such file or directory", "", "Free some space.", "Why?", "x…")
    said = i18n.sentences(*map(i18n.ended, parts))
    assert said == "Cannot be saved. No such file or directory. Free some space. Why? x…"


def test_texts_are_whole_sentences_for_the_translator() -> None:
    assert found(composed) == []


def test_no_text_is_asked_for_before_the_language_is_known() -> None:
    assert found(too_early) == []


@pytest.mark.parametrize(
    ("look", "source"),
    [
        (forgotten, 'label.setText("Trash")'),
        (forgotten, 'raise StorageError(_("Full"), f"{name} is full")'),
        (forgotten, 'raise InputError(_("No"), hint="Try again")'),
        (forgotten, 'Button(_("Yes") if yes else "No")'),
        (forgotten, 'complain("{n} left".format(n=n))'),
        (composed, '_(f"{n} pictures")'),
        (composed, "_(text)"),
        (too_early, 'TITLE = _("Trash")'),
        (too_early, 'def f(title=_("Trash")): ...'),
        (too_early, 'class A:\n    title = _("Trash")'),
    ],
)
def test_the_search_finds_what_it_is_for(
    look: Callable[[ast.Module], Iterator[tuple[int, str]]], source: str
) -> None:
    assert list(look(ast.parse(source)))
    assert not list(look(ast.parse('def f():\n    label.setText(_("Trash"))')))
