"""Gridbrush: a desktop studio for pictures made by image models.

The core knows nothing of Qt; a window and a command line are built on it. ARCHITECTURE.md describes
the packages.
"""

from __future__ import annotations

__version__ = "0.1.0"
