"""Operations on a library, one file per operation."""
