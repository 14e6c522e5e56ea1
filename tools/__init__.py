"""What maintainers run: the lock files, the reference pages, the examples' pages."""
