"""A second channel, a plain web chat: all that a channel takes. See CONTRIBUTING, "A channel"."""
