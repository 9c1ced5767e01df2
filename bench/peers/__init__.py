"""Servers that are measured beside us. Each listens on its port; what comes on /publish goes to every other socket."""
