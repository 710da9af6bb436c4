"""Two machines that share a Redis and a PostgreSQL, and what happens when Redis is not well."""
