"""CommandServer: executes the web workers' commands in the feed's process."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from redis import Redis
from redis.exceptions import RedisError

from dashboard.app.context import AppContext
from dashboard.domain.keys import MarketKey
from dashboard.errors import DashboardError
from dashboard.outside_text import scrub
from dashboard.replication.commands import (
    COMMAND,
    RESPONSE,
    RESPONSE_TIMEOUT_S,
    Command,
    CommandType,
    Response,
)
from dashboard.replication.redis_keys import COMMANDS, RESPONSES

log = logging.getLogger(__name__)

_POLL_S = 0.2
"""Longest wait for a command, after which the thread checks whether it was stopped."""
_MAX_PARALLEL_READS = 4
"""Number of price histories, which take long, that are requested at the same time."""


class CommandServer:
    """Executes commands in its own threads, while its feed is active."""

    def __init__(self, redis: Redis, context: AppContext) -> None:
        self._redis, self._context = redis, context
        self._stopped = threading.Event()
        self._writer = ThreadPoolExecutor(
            1, thread_name_prefix="command-writer"
        )  # one thread: in their order
        self._readers = ThreadPoolExecutor(_MAX_PARALLEL_READS, thread_name_prefix="command-reader")
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops the threads, once the commands already accepted are executed."""
        self._stopped.set()
        self._thread.join()
        self._writer.shutdown()
        self._readers.shutdown()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                popped = self._redis.blpop([COMMANDS], timeout=_POLL_S)
                if popped is not None:
                    self._submit(COMMAND.validate_json(popped[1]))
            except RedisError:
                self._stopped.wait(_POLL_S)  # the publisher logs the error
            except ValueError as error:
                log.warning(
                    "dropped an invalid command; feed and web workers may run different versions: %s",
                    scrub(str(error)),
                )

    def _submit(self, command: Command) -> None:
        executor = self._writer if command.type is CommandType.ENTER else self._readers
        executor.submit(self._serve, command)

    def _serve(self, command: Command) -> None:
        """Executes a command and sends its response. Drops expired commands."""
        try:
            if self._redis.time()[0] > command.expires_at:
                return
            response = RESPONSE.dump_json(asyncio.run(self._execute(command)))
            with self._redis.pipeline() as pipeline:
                pipeline.rpush(RESPONSES + command.id, response)
                pipeline.expire(RESPONSES + command.id, RESPONSE_TIMEOUT_S)
                pipeline.execute()
        except RedisError as error:
            log.warning("the response to command %s could not be sent: %s", command.type, error)

    async def _execute(self, command: Command) -> Response:
        fields = command.fields
        try:
            match command.type:
                case CommandType.ENTER:
                    await self._context.enter(fields)
                case CommandType.CANDLES:
                    market = MarketKey(fields.get("exchange") or "", fields.get("symbol") or "")
                    candles = await self._context.candles(fields.get("timeframe") or "", market)
                    return Response(tuple(candles))
                case CommandType.RECONCILE:
                    await self._context.reconcile()
        except DashboardError as error:
            return Response.of_error(error)
        except Exception:
            log.exception("command %s failed", command.type)
            return Response(error=f"command {command.type} failed: see the feed's log")
        return Response()
