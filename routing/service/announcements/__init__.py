"""Announcements to firms: written, approved by another person, sent in batches, counted."""
