"""Export without the window: planning, metadata and execution."""
