"""Where the bytes of files lie, and the list of those to be taken away."""
