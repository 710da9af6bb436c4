"""One room per login method; they do not know each other."""
