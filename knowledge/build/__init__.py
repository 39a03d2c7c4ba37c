"""Scripts that make the shipped tables. Run by hand; the product only reads what they wrote."""
