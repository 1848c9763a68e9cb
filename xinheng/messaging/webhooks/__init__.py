"""Signed messages to other systems (Standard Webhooks 1.0): who listens, what was sent, how.

`webhooks.announce(…)` writes what happened beside the business change; a worker delivers it.
"""
