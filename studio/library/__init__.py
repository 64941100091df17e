"""The library: originals and records as the truth, and an index computed from them."""
