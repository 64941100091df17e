"""Mode Only here of the loupe: the user paints a region, and only that may change."""
