"""Keys of callers: who may ask what, how often, and until when."""
