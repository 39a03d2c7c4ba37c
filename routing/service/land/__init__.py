"""Plots, needs of firms, and what is sent to them."""
