"""Every promise under every fault, on a real server with two workers under load."""
