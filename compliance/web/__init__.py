"""The service: the only room that knows Flask."""
