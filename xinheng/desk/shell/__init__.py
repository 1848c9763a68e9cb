"""The shell around every page: navigation, search, notices, errors."""
