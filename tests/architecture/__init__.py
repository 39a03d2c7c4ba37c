"""Rules of the house that a machine can check: layers, locks, sizes, words, settings, the Makefile."""
