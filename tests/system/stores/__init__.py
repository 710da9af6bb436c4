"""The stores' contracts against real servers; they run on an event loop of their own."""
