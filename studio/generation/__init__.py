"""From a queued job to pictures in the library."""
