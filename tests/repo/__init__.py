"""What holds for the repository as a whole, so that no reader needs to remember it."""
