"""Drafts by a language model at the desk."""
