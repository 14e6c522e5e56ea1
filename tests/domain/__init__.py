"""Our nouns."""
