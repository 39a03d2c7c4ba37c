"""Files of messages: taken in, checked, kept outside the database, shown, and taken away again."""
