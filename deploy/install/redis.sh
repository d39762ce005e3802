# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# A Redis of its own (redis-server@dashboard), so that no other one on this machine is touched: a unix socket, no port.

REDIS_SOCKET=/run/redis-dashboard/redis-server.sock
REDIS_CONF=/etc/redis/redis-dashboard.conf
REDIS_UNIT=redis-server@dashboard.service
REDIS_DROPIN=/etc/systemd/system/$REDIS_UNIT.d/dashboard.conf

redis_right() {
    right_file "$REDIS_CONF" redis/redis-dashboard.conf && right_file "$REDIS_DROPIN" redis/group.conf &&
        known "$REDIS_UNIT" && systemctl is-enabled --quiet "$REDIS_UNIT" 2>/dev/null
}
redis_plan() { echo "$REDIS_CONF, and enable $REDIS_UNIT at $REDIS_SOCKET"; }

redis_do() {
    put_file "$REDIS_CONF" redis/redis-dashboard.conf 0644 # there is no secret in it
    put_file "$REDIS_DROPIN" redis/group.conf 0644
    run systemctl daemon-reload
    run systemctl enable --quiet "$REDIS_UNIT"
}

redis_answers() { [[ $(redis-cli -s "$REDIS_SOCKET" ping 2>/dev/null) == PONG ]]; }
