"""What the branch knows: FAQ entries, their sources, the words firms use, and when the office is open."""
