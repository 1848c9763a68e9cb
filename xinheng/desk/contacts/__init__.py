"""A customer's contacts and bank accounts: masked, kept up, revealed with a reason."""
