"""Drafts by a language model, for officers: asked outside of any transaction, checked, never sent by it."""
