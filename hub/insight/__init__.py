"""What the figures say: charts, analytics, reports."""
