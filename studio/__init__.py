"""Gridbrush: a desktop studio for pictures made by image models.

The core knows nothing of Qt; a window and a command line stand in front of it. ARCHITECTURE.md
has the plan of the rooms.
"""

from __future__ import annotations

__version__ = "0.1.0"
