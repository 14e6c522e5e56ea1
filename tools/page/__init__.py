"""Builds what the HTML report carries of others' work."""
