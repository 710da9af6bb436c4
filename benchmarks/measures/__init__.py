"""What is measured, each part beside its peers."""
