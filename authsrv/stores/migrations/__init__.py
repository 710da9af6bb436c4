"""The account store's tables, step by step (Alembic)."""
