"""Designated names in running text and in HTML: found in every case form, with how sure that is, and why."""
