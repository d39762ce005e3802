"""CommandClient: a worker's side of the commands."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from dashboard.domain.keys import MarketKey
from dashboard.domain.market import Candle
from dashboard.errors import DashboardError
from dashboard.replication.commands import (
    ANSWER,
    ANSWER_WITHIN_S,
    COMMAND,
    START_WITHIN_S,
    Command,
    CommandType,
)
from dashboard.replication.redis_client import ANSWERS, COMMANDS


class CommandClient:
    """Asks the feed that leads. Belongs to the event loop in which it is used first."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=ANSWER_WITHIN_S + 5, socket_connect_timeout=2)

    async def enter(self, fields: Mapping[str, str | None]) -> None:
        """Shows and keeps what was entered. Raises PositionError or another DashboardError."""
        await self._ask(CommandType.ENTER, fields)

    async def candles(self, timeframe: str, market: MarketKey) -> Sequence[Candle]:
        """Returns the price history of a market. Raises DashboardError."""
        fields = {"timeframe": timeframe, "exchange": market.exchange, "symbol": market.symbol}
        return await self._ask(CommandType.CANDLES, fields)

    async def reconcile(self) -> None:
        """Has the account read. Raises DashboardError."""
        await self._ask(CommandType.RECONCILE, {})

    async def close(self) -> None:
        """Lets go of its connections."""
        await self._redis.aclose()

    async def _ask(self, request: CommandType, fields: Mapping[str, str | None]) -> Sequence[Candle]:
        try:
            now, _ = await self._redis.time()
            answer = await self._answer(Command(uuid4().hex, request, now + START_WITHIN_S, fields))
        except RedisError:
            raise DashboardError("the feed cannot be asked: Redis is away") from None
        if answer is None:
            raise DashboardError("the feed did not answer; it may be starting")
        return ANSWER.validate_json(answer).result()

    async def _answer(self, command: Command) -> bytes | str | None:
        async with self._redis.pipeline() as asked:
            asked.rpush(COMMANDS, COMMAND.dump_json(command))
            asked.expire(COMMANDS, START_WITHIN_S)
            await asked.execute()
        answer = await self._redis.blpop([ANSWERS + command.id], timeout=ANSWER_WITHIN_S)
        return answer[1] if answer else None
