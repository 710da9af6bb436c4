"""What hostile HTTP/2 clients cost one worker, and how they are cut."""
