"""Rule files to the model: a strict subset of YAML, read with line and column, all problems at once."""
