"""What the owner must hear of though nobody looks: kept in PostgreSQL in the transaction that made it true
(`queue`), or in a trader's own file (`workers/trader/alerts`), and sent to a Telegram chat (`telegram`).
"""
