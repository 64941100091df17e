"""The library: originals and records that are true, and an index computed from them."""
