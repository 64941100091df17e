"""What picture files say of how they were made."""
