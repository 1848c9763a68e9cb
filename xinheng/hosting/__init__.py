"""Run the installation: the home folder, the embedded PostgreSQL, what keeps it alive."""
