"""Decisions that somebody else hands out: tables for a CDN or a web server, made beforehand and read without us."""
