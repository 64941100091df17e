"""The gallery: pictures and running jobs as tiles, for any number of them."""
