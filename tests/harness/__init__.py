"""The whole line for tests: LINE's simulator in a thread, the product in real processes, people on both sides."""
