"""Session stores, all held to one conformance suite."""
