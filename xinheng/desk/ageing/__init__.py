"""Ageing by any grouping, each cell a link to the invoices in it."""
