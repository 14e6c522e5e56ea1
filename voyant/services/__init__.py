"""Use cases, a module per noun: the only code that writes; every function takes the caller."""
