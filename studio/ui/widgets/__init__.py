"""Basic widgets shared by all panels. They communicate by signals and do not depend on the core."""
