"""Drafts by a language model: what goes out, and what of its answer a source proves. Pure."""
