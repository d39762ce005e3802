"""`python -m benchmarks.our_feed REDIS`: the feed's side of several processes, with prices that we give."""

import sys

from benchmarks.our_server import desk_of, received, runtime_with_position
from benchmarks.processes import answer_requests
from benchmarks.pulse import Pulse
from dashboard.replication.lease import Lease
from dashboard.replication.publisher import Publisher
from dashboard.replication.redis_client import connect


def main() -> None:
    redis = connect(sys.argv[1])
    lease, runtime = Lease(redis), runtime_with_position()
    if not lease.acquire():
        raise SystemExit("another feed leads")
    publisher = Publisher(redis, lease, desk_of(runtime))
    publisher.start()
    try:
        answer_requests({}, {"beat": Pulse(lambda price: runtime.apply(received(price))).beat})
    finally:
        publisher.stop()


if __name__ == "__main__":
    main()
