"""Session recordings: written as they happen, completed after a crash, and read back."""
