"""Notices as readers see them: the right words, in a language they read, as text and as HTML."""
