"""Pipelines: a job kind is an ordered list of steps, whichever runner executes them."""
