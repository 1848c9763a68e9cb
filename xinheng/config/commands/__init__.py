"""The sub-commands of `xinheng`: one module each, found by their presence here."""
