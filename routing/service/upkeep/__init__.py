"""What keeps the database in order: periods of keeping, copies."""
