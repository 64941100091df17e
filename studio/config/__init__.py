"""Settings, provider profiles and API keys."""
