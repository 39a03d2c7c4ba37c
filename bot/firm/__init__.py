"""Pages of firms: their shared cases in a browser, in three languages."""
