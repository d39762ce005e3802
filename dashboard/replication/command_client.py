"""CommandClient: sends a web worker's commands to the feed."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.errors import DashboardError
from dashboard.replication.commands import (
    COMMAND,
    RESPONSE,
    RESPONSE_TIMEOUT_S,
    START_TIMEOUT_S,
    Command,
    CommandType,
)
from dashboard.replication.redis_keys import COMMANDS, RESPONSES


class CommandClient:
    """Sends commands to the active feed. Bound to the event loop in which it is first used."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=RESPONSE_TIMEOUT_S + 5, socket_connect_timeout=2)

    async def enter(self, fields: Mapping[str, str | None]) -> None:
        """Enters and saves a manual position. Raises PositionError or another DashboardError."""
        await self._run(CommandType.ENTER, fields)

    async def candles(self, timeframe: str, market: MarketKey) -> Sequence[Candle]:
        """Returns the price history of a market. Raises DashboardError."""
        fields = {"timeframe": timeframe, "exchange": market.exchange, "symbol": market.symbol}
        return await self._run(CommandType.CANDLES, fields)

    async def reconcile(self) -> None:
        """Requests a reading of every account. Raises DashboardError."""
        await self._run(CommandType.RECONCILE, {})

    async def close(self) -> None:
        """Closes the connections."""
        await self._redis.aclose()

    async def _run(self, kind: CommandType, fields: Mapping[str, str | None]) -> Sequence[Candle]:
        try:
            now, _ = await self._redis.time()
            response = await self._send(Command(uuid4().hex, kind, now + START_TIMEOUT_S, fields))
        except RedisError:
            raise DashboardError("no response from the feed: Redis cannot be reached; retry later") from None
        if response is None:
            raise DashboardError(
                f"no response from the feed within {RESPONSE_TIMEOUT_S} s; it may still be starting: retry"
            )
        return RESPONSE.validate_json(response).result()

    async def _send(self, command: Command) -> bytes | str | None:
        """Returns the response; None after the timeout."""
        async with self._redis.pipeline() as pipeline:
            pipeline.rpush(COMMANDS, COMMAND.dump_json(command))
            pipeline.expire(COMMANDS, START_TIMEOUT_S)
            await pipeline.execute()
        popped = await self._redis.blpop([RESPONSES + command.id], timeout=RESPONSE_TIMEOUT_S)
        return popped[1] if popped else None
