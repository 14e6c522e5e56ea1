"""The processes of a server: what each starts, and how it ends."""
