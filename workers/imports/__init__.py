"""Files of the past into the hub's database: candles, and the owner's old trade store."""
