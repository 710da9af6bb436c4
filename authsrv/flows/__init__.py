"""What happens, in order: coroutines over interfaces, without HTTP and without SQL."""
