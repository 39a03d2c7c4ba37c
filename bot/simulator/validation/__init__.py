"""LINE's rules about what may be sent, with the words in which it refuses."""
