"""Tables and queries of plots and of what firms look for."""
