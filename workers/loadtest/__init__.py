"""`caerus loadtest`: what a hub bears, measured from outside."""
