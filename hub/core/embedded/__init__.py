"""PostgreSQL and a Redis-compatible server from wheels: real servers, on loopback, with passwords."""

from hub.core.embedded.servers import Endpoints, Servers, running

__all__ = ["Endpoints", "Servers", "running"]
