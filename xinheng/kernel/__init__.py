"""Plain Python that every room stands on: money, dates, terms, codes, conditions, refusals."""
