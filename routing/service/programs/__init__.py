"""What programs of others ask for: lists, and answers to repeated requests."""
