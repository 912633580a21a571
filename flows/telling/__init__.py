"""Tell people what is wrong after a night. Whoever cannot be reached delays nothing and is told on the next night."""
