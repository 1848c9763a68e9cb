"""Screens of exposure: a customer's path, a group, and the entries behind every number."""
