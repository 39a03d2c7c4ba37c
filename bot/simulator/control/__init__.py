"""The control interface under `/sim`: what a test or the chat page makes the platform do."""
