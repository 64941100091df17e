"""Only here: a region of the picture is painted, and only that may change."""
