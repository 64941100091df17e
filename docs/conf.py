"""The guide as a site: `make docs`."""  # noqa: INP001 (read by the generator, not imported)

from __future__ import annotations

import re
from pathlib import Path

_version = Path(__file__).resolve().parent.parent / "studio" / "__init__.py"

project = "Gridbrush"
copyright = "The Gridbrush authors"  # noqa: A001
release = re.findall(r'__version__ = "(.+)"', _version.read_text(encoding="utf-8"))[0]
extensions = ["myst_parser"]
exclude_patterns = ["decisions"]
# Pages beside the guide are taken up when they are there.
suppress_warnings = ["toc.empty_glob"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
html_theme = "furo"
html_title = f"Gridbrush {release}"
html_show_sphinx = False
html_copy_source = False
html_favicon = "../resources/program/gridbrush.svg"
html_logo = "../resources/program/gridbrush.svg"
