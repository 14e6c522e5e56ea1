"""Typed settings and the wiring that follows from them."""
