"""What changed between two states of a table: schema, rows, missing values, distributions, associations."""
