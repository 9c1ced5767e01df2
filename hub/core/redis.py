"""Redis (or Valkey): one blocking pool a process, binary answers, every call with a deadline."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

__all__ = ["Redis", "RedisError", "open_redis"]


def open_redis(url: str, *, connections: int = 16, timeout: float = 5) -> "Redis":
    """A client; `timeout` (s) bounds each answer and each wait for a connection."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=timeout,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        socket_keepalive=True,
        protocol=2,
    )
    return Redis.from_pool(pool)
