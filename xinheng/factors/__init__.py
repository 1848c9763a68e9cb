"""The catalogue of factors: one Ibis expression each, the same on every engine.

Import `catalogue` for the factors and what they compile to, `conditions` for the set-based
meaning of a condition. This room opens no database and knows no framework.
"""
