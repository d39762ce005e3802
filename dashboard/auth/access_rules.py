"""The settings of the access policy, parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.auth.access_keys import parse_access_keys
from dashboard.auth.allowed_hosts import LOCAL_HOSTS, bracketed, is_loopback, parse_allowed_hosts
from dashboard.auth.origin import parse_allowed_origins
from dashboard.auth.trusted_proxies import NO_PROXIES, TrustedProxies


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The part of the access policy that is fixed while the process runs."""

    hosts: frozenset[str] = frozenset(LOCAL_HOSTS)
    """Host names under which the dashboard answers."""
    origins: tuple[str, ...] = ()
    """Other sites whose pages may use the API, such as https://example.org."""
    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """SHA-256 of each access key of the settings, by name."""
    login_required: bool = False
    """Locks the dashboard even while no password is set."""
    proxies: TrustedProxies = NO_PROXIES
    """Whose reports of a client's address are believed."""

    @classmethod
    def parse(
        cls,
        *,
        host: str = "127.0.0.1",
        allowed_hosts: str | None = None,
        allowed_origins: str | None = None,
        access_keys: str | None = None,
        trusted_proxies: str | None = None,
        login_required: bool = False,
    ) -> "AccessRules":
        """Parses the texts of the settings; `host` is the address listened on. Raises SettingsError.

        A name beyond this machine and a proxy require a login: they are for others.
        """
        names, proxies = parse_allowed_hosts(allowed_hosts), TrustedProxies.parse(trusted_proxies)
        is_for_others = bool(proxies.networks) or not all(map(is_loopback, names))
        return cls(
            hosts=frozenset((*LOCAL_HOSTS, bracketed(host.lower()), *names)),
            origins=parse_allowed_origins(allowed_origins),
            keys=parse_access_keys(access_keys),
            login_required=login_required or is_for_others,
            proxies=proxies,
        )
