"""Pages on land: the list with its import, and what was not met."""
