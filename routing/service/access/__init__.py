"""Who gets in: passwords, lockout, tokens."""
