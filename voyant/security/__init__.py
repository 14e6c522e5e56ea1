"""What keeps callers to what they may do."""
