"""The factors, a file for each dimension of the credit file."""
