"""The Django app of our own database."""
