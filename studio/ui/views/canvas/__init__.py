"""One picture on its mat: where it lies, its pixels, and how they are painted."""
