"""Face: Voyant over REST. A handler parses, resolves the caller, asks one service, and answers."""
