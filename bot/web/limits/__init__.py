"""What keeps one caller from taking everything: where from, how much, how slow, how many at once."""
