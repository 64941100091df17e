"""Mark mode of the loupe: marks drawn over the picture, their tools and keys."""
