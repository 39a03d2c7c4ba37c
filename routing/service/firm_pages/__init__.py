"""The pages of firms: who signs in for which, and what they see and add."""
