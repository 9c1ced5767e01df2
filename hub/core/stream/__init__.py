"""The stream: `GET /ws`."""
