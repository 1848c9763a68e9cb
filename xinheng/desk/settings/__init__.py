"""What a company sets for itself, without a programmer: each screen edits one definition."""
