"""What a run leaves for those who operate it."""
