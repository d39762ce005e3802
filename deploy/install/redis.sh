# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# A dedicated Redis instance (redis-server@dashboard) on a unix socket, separate from any other on this machine.

REDIS_SOCKET=/run/redis-dashboard/redis-server.sock
REDIS_CONF=/etc/dashboard/redis.conf # not in /etc/redis, which the user redis can write
OLD_REDIS_CONF=/etc/redis/redis-dashboard.conf
REDIS_UNIT=redis-server@dashboard.service
REDIS_DROPIN=/etc/systemd/system/$REDIS_UNIT.d/dashboard.conf

redis_is_current() {
    file_is_current "$REDIS_CONF" redis/redis-dashboard.conf && file_is_current "$REDIS_DROPIN" redis/service.conf &&
        [[ ! -e $OLD_REDIS_CONF ]] &&
        is_loaded "$REDIS_UNIT" && systemctl is-enabled --quiet "$REDIS_UNIT" 2>/dev/null
}
redis_plan() { echo "$REDIS_CONF, and enable $REDIS_UNIT at $REDIS_SOCKET"; }

redis_apply() {
    install_template "$REDIS_CONF" redis/redis-dashboard.conf 0644 # contains no secret
    install_template "$REDIS_DROPIN" redis/service.conf 0644
    run rm -rf "$OLD_REDIS_CONF"
    run systemctl daemon-reload
    run systemctl enable --quiet "$REDIS_UNIT"
}

redis_answers() { [[ $(redis-cli -s "$REDIS_SOCKET" ping 2>/dev/null) == PONG ]]; }
