"""The first page after sign-in: where the portfolio stands, and what to do next."""
