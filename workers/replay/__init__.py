"""`caerus replay`: real candles through the whole loop, counted."""
