"""Pure computation, a module or folder per question."""
