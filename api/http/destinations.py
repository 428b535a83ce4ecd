"""Where webhooks may go: to public addresses only, checked on the very address that is connected to."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from httpcore2 import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError
from starlette.concurrency import run_in_threadpool

from api.errors import UsageError

Address = IPv4Address | IPv6Address

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

#: IPv6 addresses that carry an IPv4 address behind them.
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class ForbiddenAddressError(Exception):
    """The host is at an address that webhooks may not go to; the message says which."""


class Destinations:
    """Decides about addresses. `networks` are private ones that are allowed all the same, such as 10.1.0.0/16."""

    def __init__(self, networks: Iterable[str]) -> None:
        try:
            self._networks = [ip_network(network) for network in networks]
        except ValueError as error:
            raise UsageError(f"--webhook-network: {error}; write 10.1.0.0/16") from error

    def check_url(self, url: str) -> tuple[str, int]:
        """Its host and port. Raises UsageError for what is no plain http(s) URL."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise UsageError("url is not an URL; write https://host/path") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise UsageError("url is not http(s)://host/path, without a user's name")
        if not url.isascii() or not url.isprintable() or " " in url:
            raise UsageError("url holds characters that an URL has not; percent-encode them")
        return parts.hostname, port

    def allowed(self, address: Address) -> bool:
        """Whether a webhook may go there."""
        if any(address in network for network in self._networks if network.version == address.version):
            return True
        inner = _inner(address)
        if inner is not None:
            return self.allowed(inner)
        return address.is_global and not address.is_multicast

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host. Raises ForbiddenAddressError where one is not allowed, OSError where it has none."""
        try:
            infos = await run_in_threadpool(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise OSError(f"{host} is no name of a host") from error
        addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
        for address in addresses:
            if not self.allowed(ip_address(address.partition("%")[0])):
                raise ForbiddenAddressError(f"{host} is at {address}, which is not public; see --webhook-network")
        return addresses


class PinnedBackend(AsyncNetworkBackend):
    """Connects to the address that was checked, so that a name cannot be answered anew in between."""

    def __init__(self, destinations: Destinations) -> None:
        self._destinations = destinations
        self._inner = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> AsyncNetworkStream:
        try:
            address, *_ = await self._destinations.resolve(host, port)
        except OSError as error:
            raise ConnectError(f"{host} has no address") from error
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def _inner(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in _NAT64 if isinstance(network, IPv6Network)):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
