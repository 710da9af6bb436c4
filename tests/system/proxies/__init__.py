"""Real reverse proxies in front of a server, and what may not come through them."""
