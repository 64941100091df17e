"""Commands of `gridbrush library` that write pictures elsewhere, and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from studio.common.i18n import _

AddAction = Callable[[str, str], argparse.ArgumentParser]


def add(action: AddAction) -> None:
    """Add the commands."""
    _export(action)
    _sheet(action)
    _page(action)
    _csv(action)


def _export(action: AddAction) -> None:
    export = action("export", _("copy originals out of the library, or export converted copies"))
    export.add_argument("ids", nargs="*", metavar="ID")
    export.add_argument("--out", metavar="DIR", required=True)
    export.add_argument("--query", metavar="QUERY", help=_("export the pictures of this search"))
    export.add_argument(
        "--answers",
        action="store_true",
        help=_("also export the model's answers from which pictures were made"),
    )
    export.add_argument(
        "--preset",
        metavar="NAME",
        help=_("originals, web-jpeg, web-webp, print-tiff, client-png, avif, or your own"),
    )
    export.add_argument(
        "--format", choices=("original", "png", "jpeg", "webp", "tiff", "avif"), help=_("format")
    )
    export.add_argument("--quality", type=int, metavar="N", help=_("1 to 100"))
    export.add_argument(
        "--size", metavar="SIZE", help=_("original, longest:2048, shortest:1080 or 50%%")
    )
    export.add_argument("--enlarge", action="store_true", help=_("enlarge smaller pictures too"))
    export.add_argument("--colour", choices=("as-is", "srgb", "display-p3"), help=_("colour space"))
    export.add_argument(
        "--ground", metavar="COLOUR", help=_("colour under transparent parts, such as #ffffff")
    )
    export.add_argument(
        "--pattern",
        metavar="PATTERN",
        help=_("file names, such as {value}").format(value="{collection}-{title}-{n:3}"),
    )
    export.add_argument(
        "--metadata",
        choices=("nothing", "prompt", "everything"),
        help=_("embedded metadata; prompt includes title, model and date"),
    )
    export.add_argument(
        "--conflict",
        choices=("number", "skip", "ask"),
        help=_("if a name already exists; nothing is overwritten"),
    )
    export.add_argument(
        "--dry-run", action="store_true", help=_("show names and sizes, and write nothing")
    )


def _csv(action: AddAction) -> None:
    table = action("csv", _("write all details of pictures to a table for spreadsheets"))
    table.add_argument("words", nargs="*", metavar="QUERY")
    table.add_argument("--out", metavar="FILE", required=True, help=_("new file, or - to print it"))


def _sheet(action: AddAction) -> None:
    sheet = action("sheet", _("make a contact sheet of pictures, as PDF or PNG"))
    _choice(sheet, _("new file that ends in .pdf or .png"))
    sheet.add_argument("--paper", choices=("a4", "a3", "letter", "screen"), default="a4")
    sheet.add_argument("--landscape", action="store_true", help=_("landscape pages"))
    sheet.add_argument("--columns", type=int, metavar="N", help=_("pictures beside each other"))
    sheet.add_argument("--rows", type=int, metavar="N", help=_("pictures below each other"))
    _captions(sheet, "title,prompt")
    sheet.add_argument(
        "--heading", metavar="TEXT", help=_("written on each page (default: the collection)")
    )
    sheet.add_argument("--logo", metavar="FILE", help=_("picture for the corner of each page"))


def _page(action: AddAction) -> None:
    page = action("page", _("make a hand-off page of pictures, as one HTML file"))
    _choice(page, _("new file that ends in .html"))
    page.add_argument(
        "--title", metavar="TEXT", help=_("heading of the page (default: the collection)")
    )
    page.add_argument("--intro", metavar="TEXT", help=_("paragraph below the heading"))
    _captions(page, "title,prompt,settings,model")
    page.add_argument("--no-palette", action="store_true", help=_("without the main colours"))
    page.add_argument(
        "--size",
        metavar="N",
        default="2048",
        help=_("longer side in pixels of pictures in the page, or original (default: 2048)"),
    )
    page.add_argument(
        "--beside",
        action="store_true",
        help=_("export the pictures into a folder beside the page instead"),
    )
    page.add_argument(
        "--preset", metavar="NAME", help=_("preset for --beside (default: originals)")
    )


def _choice(parser: argparse.ArgumentParser, out: str) -> None:
    """Options that choose the pictures and the target of the file."""
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--query", metavar="QUERY", help=_("the pictures of this search"))
    parser.add_argument("--collection", metavar="NAME", help=_("the pictures of this collection"))
    parser.add_argument(
        "--sort", choices=("newest", "oldest", "rating", "name", "cost", "drift"), default="newest"
    )
    parser.add_argument("--out", metavar="FILE", required=True, help=out)
    parser.add_argument(
        "--conflict",
        choices=("number", "skip"),
        default="number",
        help=_("if the name already exists; nothing is overwritten"),
    )


def _captions(parser: argparse.ArgumentParser, usual: str) -> None:
    parser.add_argument(
        "--captions",
        metavar="LIST",
        default=usual,
        # Translators: the names stay in English.
        help=_(
            "title, prompt, settings, model and price with commas, or none (default: {usual})"
        ).format(usual=usual),
    )
