"""HTML of a hand-off page: no scripts, no external resources, and every text escaped.

A Content-Security-Policy allows this style sheet and the pictures only. A picture is enlarged by
the style sheet (`:target`) when its link is followed, which works offline and by keyboard.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from studio.app.export.captions import prompt_lines
from studio.common.display_text import one_line
from studio.common.i18n import _, language, ngettext

_RTL_LANGUAGES: Final = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "dv", "ckb"})

_LONGEST_ALT: Final = 400

STYLE: Final = """
:root{color-scheme:light dark;--ground:#f3f3f3;--mat:#e2e2e2;--text:#1a1a1a;--quiet:#5a5a5a;
--line:#cfcfcf;--link:#3a48c4;--over:#f3f3f3}
@media (prefers-color-scheme:dark){:root{--ground:#1d1d1d;--mat:#161616;--text:#eee;
--quiet:#a4a4a4;--line:#343434;--link:#aab4ff;--over:#111}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);
font:15px/1.45 Inter,system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif}
header,main,footer{max-width:90rem;margin:0 auto;padding:0 clamp(12px,3vw,40px)}
header{padding-top:clamp(16px,3vw,40px)}
h1{font-size:clamp(20px,3.2vw,30px);line-height:1.2;margin:0 0 .3em;overflow-wrap:anywhere}
.intro{max-width:46rem;margin:.4em 0;white-space:pre-line;overflow-wrap:anywhere}
.count,footer{color:var(--quiet);font-size:13px}
ol{list-style:none;margin:24px 0;padding:0;display:grid;gap:32px 24px;
grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
li{min-width:0;scroll-margin-top:12px}
.frame{aspect-ratio:4/3;background:var(--mat)}
.stage{height:100%}
.open{display:flex;height:100%;align-items:center;justify-content:center;padding:8px;
cursor:zoom-in}
.open img{max-width:100%;max-height:100%;width:auto;height:auto;object-fit:contain}
.bar,.away{display:none}
.gone{display:flex;height:100%;align-items:center;justify-content:center;color:var(--quiet);
margin:0;padding:8px;text-align:center}
h2{font-size:15px;line-height:1.35;margin:10px 0 4px;overflow-wrap:anywhere}
.prompt{margin:0 0 8px;white-space:pre-line;overflow-wrap:anywhere}
dl{margin:0;color:var(--quiet);font-size:13px;display:grid;grid-template-columns:auto 1fr;
gap:2px 10px}
dt{margin:0}dd{margin:0;overflow-wrap:anywhere;color:var(--text)}
.palette{list-style:none;display:flex;flex-wrap:wrap;gap:4px 10px;margin:8px 0;padding:0;
font:12px/1.3 ui-monospace,Menlo,Consolas,monospace;color:var(--quiet)}
.palette li{display:flex;align-items:center;gap:5px;direction:ltr}
.palette svg{width:18px;height:18px;border:1px solid var(--line);border-radius:4px}
a{color:var(--link)}
a:focus-visible,input:focus-visible{outline:2px solid var(--text);outline-offset:2px}
.stage:target{position:fixed;inset:0;z-index:2;height:auto;background:var(--over);display:flex;
flex-direction:column}
.stage:target .bar{display:flex;flex-wrap:wrap;gap:6px 18px;align-items:center;padding:10px 16px;
z-index:3;background:var(--over);border-bottom:1px solid var(--line)}
.bar .name{flex:1 1 8rem;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bar a{padding:4px 0}
.stage:target .open{flex:1;min-height:0;height:auto;cursor:default}
.stage:target .away{display:block;position:absolute;inset:0;cursor:zoom-out}
.stage:target:has(.actual:checked) .open{display:block;overflow:auto;text-align:center}
.stage:target:has(.actual:checked) .open img{max-width:none;max-height:none}
.stage:target:has(.actual:checked) .away{display:none}
@media print{:root{--ground:#fff;--mat:#fff;--text:#000;--quiet:#444;--line:#aaa}
.stage:target{position:static;display:block}.stage:target .bar,.stage:target .away{display:none}
ol{grid-template-columns:repeat(2,1fr)}li{break-inside:avoid}
.frame{print-color-adjust:exact}.palette svg{print-color-adjust:exact}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """A picture of a page.

    Attributes:
        source: value of "src": a data: or relative address; "" for an unreadable picture.
        file: relative address of the file to open; "" for none.
        width, height: size of the shown picture, in pixels.
        name, prompt: "" if the page leaves them out.
        facts: lines of headings and values.
        colours: main colours as 0xRRGGBB.
    """

    name: str
    source: str
    file: str = ""
    width: int = 0
    height: int = 0
    prompt: str = ""
    facts: Sequence[tuple[str, str]] = ()
    colours: Sequence[int] = ()


def head(title: str, intro: str, count: int, date: str, *, beside: bool) -> str:
    """HTML of the page before its first picture."""
    tongue = language().replace("_", "-")
    side = "rtl" if tongue.split("-")[0] in _RTL_LANGUAGES else "ltr"
    shown = one_line(title) or _("Pictures")
    number = ngettext("{n} picture", "{n} pictures", count).format(n=count)
    above = f'<p class="intro" dir="auto" lang="">{_lines(intro)}</p>\n' if intro.strip() else ""
    return (
        f'<!doctype html>\n<html lang="{_text(tongue)}" dir="{side}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_text(policy(beside=beside))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="generator" content="Gridbrush">\n'
        f"<title>{_text(shown)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header>\n<h1 dir="auto" lang="">{_text(shown)}</h1>\n{above}'
        f'<p class="count">{_text(number)} · {_text(date)}</p>\n</header>\n<main>\n<ol>\n'
    )


def policy(*, beside: bool) -> str:
    """The Content-Security-Policy: this style sheet, and pictures in the page or beside it."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    # A page that is opened from a disk is not of the same origin as the files beside it.
    pictures = "'self' file: data:" if beside else "data:"
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def item(picture: PagePicture, place: int, count: int) -> str:
    """HTML of one picture; `place` is from 1 to `count`."""
    parts = [f'<li id="c{place}">\n<div class="frame">{_stage(picture, place, count)}</div>\n']
    if picture.name:
        parts.append(f'<h2 dir="auto" lang="">{_text(one_line(picture.name))}</h2>\n')
    if picture.prompt:
        parts.append(f'<p class="prompt" dir="auto" lang="">{_lines(picture.prompt)}</p>\n')
    if picture.colours:
        found = "".join(map(_colour, picture.colours))
        colours = _text(_("Main colours"))
        parts.append(f'<ul class="palette" aria-label="{colours}">{found}</ul>\n')
    facts = "".join(
        f'<dt>{_text(heading)}</dt><dd dir="auto" lang="">{_text(one_line(value))}</dd>'
        for heading, value in picture.facts
        if value
    )
    if facts:
        parts.append(f"<dl>{facts}</dl>\n")
    return "".join((*parts, "</li>\n"))


def foot() -> str:
    """HTML of the page after its last picture."""
    return "</ol>\n</main>\n</body>\n</html>\n"


def relative_address(*names: str) -> str:
    """Relative address of a file below the page's folder."""
    # A first part with a colon would be taken for a scheme.
    return "./" + "/".join(quote(name, safe="") for name in names)


def alternative_text(name: str, prompt: str) -> str:
    """Alternative text of a picture, for screen readers; "" if nothing is known."""
    title, words = one_line(name), " ".join(prompt_lines(prompt).split())
    if not words:
        return title
    if not title:
        return one_line(words, _LONGEST_ALT)
    # A name taken from the prompt adds nothing.
    return one_line(
        words if words.startswith(title.rstrip("…")) else f"{title}: {words}", _LONGEST_ALT
    )


def _stage(picture: PagePicture, place: int, count: int) -> str:
    """The picture in the page, with the elements shown when it is enlarged."""
    # Translators: a picture without a shown name, such as "Picture 3".
    unnamed = _("Picture {n}").format(n=place)
    name = _text(one_line(picture.name) or unnamed)
    links = [_link(f"#c{place}", _("Close"))]
    if place > 1:
        links.append(_link(f"#p{place - 1}", _("Previous")))
    if place < count:
        links.append(_link(f"#p{place + 1}", _("Next")))
    if picture.file:
        links.append(_link(picture.file, _("Open the file")))
    if picture.source:
        actual, enlarge = _text(_("Actual size")), _text(_("Enlarge"))
        links.append(f'<label><input type="checkbox" class="actual"> {actual}</label>')
        alt = _text(alternative_text(picture.name, picture.prompt) or unnamed)
        # Embedded pictures are already loaded.
        when = "eager" if picture.source.startswith("data:") else "lazy"
        shown = (
            f'<a class="open" href="#p{place}" title="{enlarge}">'
            f'<img src="{_text(picture.source)}" alt="{alt}" width="{picture.width:d}" '
            f'height="{picture.height:d}" loading="{when}" decoding="async"></a>'
            f'<a class="away" href="#c{place}" tabindex="-1" aria-hidden="true"></a>'
        )
    else:
        unread = _text(_("This file cannot be read"))
        shown = f'<p class="gone">{unread}</p>'
    bar = f'<div class="bar"><bdi class="name" lang="">{name}</bdi>{"".join(links)}</div>'
    return f'<div class="stage" id="p{place}">{bar}{shown}</div>'


def _link(address: str, words: str) -> str:
    return f'<a href="{_text(address)}">{_text(words)}</a>'


def _colour(value: int) -> str:
    code = f"#{value & 0xFFFFFF:06x}"
    return (
        f'<li><svg viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" '
        f'fill="{code}"/></svg>{code}</li>'
    )


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _lines(text: str) -> str:
    return _text(prompt_lines(text))
