"""Processes: sockets, the supervisor, its workers and the channel between them."""
