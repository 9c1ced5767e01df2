"""The negative control: `caerus work` without what lets it outlive its Redis."""

from hub.cli import main
from hub.core import jobs

if __name__ == "__main__":
    jobs._LOST = ()  # type: ignore[assignment]
    main()
