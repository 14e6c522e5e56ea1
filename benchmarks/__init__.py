"""What the README's figures come from: each one a ratio or a bar, measured side by side in one run."""
