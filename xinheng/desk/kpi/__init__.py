"""Figures of receivables management: cards, trend, and how each one was computed."""
