"""Real Redis servers for the tests, alone and together, and a wall that cuts them off."""
