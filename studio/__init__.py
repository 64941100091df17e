"""Gridbrush: a desktop studio for pictures made by image models.

The core does not depend on Qt; the window and the command line are built on it. ARCHITECTURE.md
describes the packages.
"""

from __future__ import annotations

__version__ = "0.1.0"
