"""Export: planning, metadata and running, without the window."""
