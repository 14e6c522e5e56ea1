"""What the measured child processes do, a module each."""
