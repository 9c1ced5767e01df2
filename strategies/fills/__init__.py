"""How orders are filled and positions end on bars."""

from strategies.fills.book import Book
from strategies.fills.events import Cancelled, Closed, Event, Expired, Filled
from strategies.fills.state import Pending, Position

__all__ = ["Book", "Cancelled", "Closed", "Event", "Expired", "Filled", "Pending", "Position"]
