"""What a change of rule files changes in decisions and in words: two rule sets, compared over classes of facts."""
