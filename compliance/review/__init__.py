"""The legal team's tools: scenarios beside the rules, and lint."""
