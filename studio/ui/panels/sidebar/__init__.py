"""The places of the library at the left: as a list, and as a rail in a narrow window."""
