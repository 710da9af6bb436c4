"""What can be said of Redis without one."""
