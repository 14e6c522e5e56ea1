"""Our nouns: frozen dataclasses and enums that every layer shares."""
