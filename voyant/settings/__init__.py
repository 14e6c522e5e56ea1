"""Typed settings, and Django's derived from them."""
