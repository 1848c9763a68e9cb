"""The SQL of an import: staging tables, checks over the whole file, hand-over relations."""
