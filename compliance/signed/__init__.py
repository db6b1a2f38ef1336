"""Signed rules: who vouches for a bundle, which one is the newest, and where it is fetched from."""
