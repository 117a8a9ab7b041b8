"""PostgreSQL with a pool that survives its server, and statements that name whose rows they want."""
