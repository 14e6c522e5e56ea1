"""Callers' SQL in processes of their own, whose memory and time the operating system limits."""
