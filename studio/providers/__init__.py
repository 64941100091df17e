"""Image services, and the offline painter."""
