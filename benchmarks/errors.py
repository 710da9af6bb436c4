"""Why there is no figure."""


class CannotMeasure(Exception):
    """Something needed is missing, or what was measured is not what was meant."""
