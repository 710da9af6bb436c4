"""Account stores: who may sign in, and the audit log."""
