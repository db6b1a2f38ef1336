"""From what a publishing system says of a page to facts."""
