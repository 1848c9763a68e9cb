"""The customer list and the customer's credit file."""
