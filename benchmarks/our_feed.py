"""`python -m benchmarks.our_feed REDIS`: the feed process of several, with prices made by the benchmark."""

import sys

from benchmarks.our_server import KEY, context_of, live_state, received
from benchmarks.processes import answer_requests
from benchmarks.pulse import Pulse
from dashboard.replication.lease import Lease
from dashboard.replication.publisher import Publisher
from dashboard.replication.redis_client import connect


def main() -> None:
    redis = connect(sys.argv[1])
    lease, (markets, book) = Lease(redis), live_state()
    if not lease.acquire():
        raise SystemExit(f"{sys.argv[1]}: another feed holds the lease; stop it first")
    publisher = Publisher(redis, lease, context_of(markets, book))
    publisher.start()
    try:
        answer_requests({}, {"beat": Pulse(lambda price: markets.apply(KEY, received(price))).beat})
    finally:
        publisher.stop()


if __name__ == "__main__":
    main()
