"""Sessions of firms in a browser."""
