"""PostgreSQL with a pool that survives its server."""
