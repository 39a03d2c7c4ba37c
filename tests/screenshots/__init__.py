"""The pictures of the README, taken from the running demo: python -m tests.screenshots."""
