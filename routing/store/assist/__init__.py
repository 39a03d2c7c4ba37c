"""What a language model was asked and answered, and who decided that it may be."""
