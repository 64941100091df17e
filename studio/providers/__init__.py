"""Services that make pictures, and the painter inside this program."""
