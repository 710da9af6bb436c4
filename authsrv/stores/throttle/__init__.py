"""Throttle stores: how often somebody has tried."""
