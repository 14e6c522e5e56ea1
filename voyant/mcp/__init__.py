"""Face: MCP. Agents call tools, read artifacts as resources, and start from prompts."""
