"""The library: originals and records as the source of truth, and an index computed from them."""
