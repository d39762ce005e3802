"""CommandServer: the feed's side of the commands."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from redis import Redis
from redis.exceptions import RedisError

from dashboard.app.context import AppContext
from dashboard.domain.keys import MarketKey
from dashboard.errors import DashboardError
from dashboard.replication.commands import ANSWER, ANSWER_WITHIN_S, COMMAND, Answer, Command, CommandType
from dashboard.replication.redis_client import ANSWERS, COMMANDS

log = logging.getLogger(__name__)

_TICK = 0.2
"""Seconds for which it waits for a command before it looks whether it should end."""
_AT_ONCE = 4
"""Histories of prices that are asked for at the same time: they take long."""


class CommandServer:
    """Works in threads of its own, while its feed leads."""

    def __init__(self, redis: Redis, context: AppContext) -> None:
        self._redis, self._context = redis, context
        self._ended = threading.Event()
        self._entering = ThreadPoolExecutor(1, thread_name_prefix="entering")  # one after another
        self._reading = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answering")
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; what is being worked on is still answered."""
        self._ended.set()
        self._thread.join()
        self._entering.shutdown()
        self._reading.shutdown()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                taken = self._redis.blpop([COMMANDS], timeout=_TICK)
                if taken is not None:
                    self._assign(COMMAND.validate_json(taken[1]))
            except RedisError:
                self._ended.wait(_TICK)  # the publisher says it
            except ValueError as error:
                log.warning("a command is not understood (another version?): %s", str(error).splitlines()[0])

    def _assign(self, command: Command) -> None:
        workers = self._entering if command.request is CommandType.ENTER else self._reading
        workers.submit(self._serve, command)

    def _serve(self, command: Command) -> None:
        """Nothing, if it is too late: who asked was told that it failed, and it must not happen after all."""
        try:
            if self._redis.time()[0] > command.until:
                return
            answer = ANSWER.dump_json(asyncio.run(self._answer(command)))
            with self._redis.pipeline() as told:
                told.rpush(ANSWERS + command.id, answer)
                told.expire(ANSWERS + command.id, ANSWER_WITHIN_S)
                told.execute()
        except RedisError as error:
            log.warning("a command could not be answered: %s", error)

    async def _answer(self, command: Command) -> Answer:
        fields = command.fields
        try:
            match command.request:
                case CommandType.ENTER:
                    await self._context.enter(fields)
                case CommandType.CANDLES:
                    market = MarketKey(fields.get("exchange") or "", fields.get("symbol") or "")
                    candles = await self._context.candles(fields.get("timeframe") or "", market)
                    return Answer(tuple(candles))
                case CommandType.RECONCILE:
                    await self._context.reconcile()
        except DashboardError as error:
            return Answer.of_error(error)
        except Exception:
            log.exception("a command failed: %s", command.request)
            return Answer(error="that failed; the feed's log says why")
        return Answer()
