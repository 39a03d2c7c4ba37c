"""Long trials: many kills, and LINE out of order for as long as it takes. Not part of the suite."""
