"""The artifact store, and the manifest that vouches for what stands in it."""
