"""Coverage-guided fuzzing of our parsers: ``python -m tests.fuzz``."""
