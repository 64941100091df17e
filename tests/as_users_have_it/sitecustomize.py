"""Packages that developers have and users do not: a program that is started goes without.

With click and rich there, httpx imports a command line of its own, which takes a tenth of the time
of a short command. Python imports this module when it starts with its folder in PYTHONPATH.
"""

from __future__ import annotations

import sys

# To import it fails as where it is not installed.
sys.modules["click"] = None  # type: ignore[assignment]
