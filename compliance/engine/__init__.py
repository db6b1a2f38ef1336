"""Decisions: which notices are due, in every world that fits the facts or in some."""
