"""Places of the library: as a list, and as a rail in a narrow window."""
