"""Evidence: what readers would have been shown, in a log that cannot be altered unseen."""
