"""Land that the branch offers and firms look for: lists, needs, and what fits. Nothing is ranked, nothing promised."""
