"""Our nouns: frozen structs and enums that every layer shares."""
