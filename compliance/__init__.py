"""Tells a publisher which legal notices a page needs for a reader in a place, and why."""

__version__ = "0.1.0.dev0"
