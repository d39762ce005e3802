"""`python -m benchmarks.our_feed REDIS`: the feed process of several, with prices made by the benchmark."""

import sys

from benchmarks.our_server import desk_of, received, runtime_with_position
from benchmarks.processes import answering
from benchmarks.pulse import Pulse
from dashboard.replication.lease import Lease
from dashboard.replication.publisher import Publisher
from dashboard.replication.redis_client import connect


def main() -> None:
    redis = connect(sys.argv[1])
    lease, runtime = Lease(redis), runtime_with_position()
    if not lease.acquire():
        raise SystemExit(f"{sys.argv[1]}: another feed holds the lease; stop it first")
    publisher = Publisher(redis, lease, desk_of(runtime))
    publisher.start()
    try:
        answering({}, {"beat": Pulse(lambda price: runtime.apply(received(price))).beat})
    finally:
        publisher.stop()


if __name__ == "__main__":
    main()
