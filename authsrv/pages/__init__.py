"""Pages that belong to no login method."""
