"""Groups of `caerus` commands that have a file of their own."""
