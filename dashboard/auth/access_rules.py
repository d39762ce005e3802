"""The settings of the access policy, parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.auth.access_keys import parse_access_keys
from dashboard.auth.allowed_hosts import LOCAL_HOSTS, bracketed, parse_allowed_hosts
from dashboard.auth.origin import parse_allowed_origins


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

    @classmethod
    def parse(
        cls,
        *,
        host: str = "127.0.0.1",
        allowed_hosts: str | None = None,
        allowed_origins: str | None = None,
        access_keys: str | None = None,
        login_required: bool = False,
    ) -> "AccessRules":
        """Parses the texts of the settings; `host` is the address listened on. Raises SettingsError."""
        hosts = {*LOCAL_HOSTS, bracketed(host.lower()), *parse_allowed_hosts(allowed_hosts)}
        origins, keys = parse_allowed_origins(allowed_origins), parse_access_keys(access_keys)
        return cls(frozenset(hosts), origins, keys, login_required)
