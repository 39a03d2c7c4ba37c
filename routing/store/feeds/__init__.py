"""Tables and queries of external sources."""
