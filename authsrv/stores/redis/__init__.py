"""Redis (or Valkey): one server, behind Sentinels, or a cluster.

Inside this room everything is asyncio's; what leaves it is a Deferred (see ``edge``).
"""
