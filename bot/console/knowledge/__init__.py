"""The knowledge desk: entries and their versions, what is tried, taught, asked and not answered."""
