"""Who may write when."""
