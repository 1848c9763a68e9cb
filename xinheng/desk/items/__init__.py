"""Open items: the rows behind every receivable figure, and one invoice."""
