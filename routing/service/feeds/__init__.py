"""External sources: fetched, read, matched with the branch's parks and offices, and proposed; never more than that."""
