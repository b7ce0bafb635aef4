"""Which addresses may be fetched: public http and https ones, as one parser reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

from index.errors import InputRejected, RejectionReason

IPAddress = IPv4Address | IPv6Address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000
"""Characters of an address."""
# What one parser skips and another stops at; a browser reads a backslash as a slash.
_DOUBTFUL = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
_LONGEST_HOST = 253
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_KEPT_IN_TARGET = "/?%:@!$&'()*+,;=-._~[]"
_TRACKING = re.compile(r"utm_.*|fbclid|gclid", re.IGNORECASE)

_PRIVATE_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion")
"""No name below these belongs to a public site."""
_GLOBAL_UNICAST = ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # shared by the customers of a provider
            "192.0.0.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "198.18.0.0/15",  # measuring networks
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",  # Teredo and other tunnels
            "2002::/16",  # 6to4, with an IPv4 address inside
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
"""Beside what `ipaddress` knows not to be global."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its parts: `host` is a name in ASCII or an IP, `target` the path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def ip(self) -> IPAddress | None:
        """The host where it is an IP."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """Host and port as a Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def is_public(ip: IPAddress) -> bool:
    """Whether an IP belongs to the public internet; one that holds an IPv4 address is judged by that, or refused."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if ip not in _GLOBAL_UNICAST:  # leaves out 64:ff9b::/96, ::/96, fe80::/10, fec0::/10, fc00::/7, ff00::/8
            return False
    return ip.is_global and not any(ip in network for network in _NOT_PUBLIC)


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Which ports and IPs may be connected to; only tests have others than these."""

    ports: frozenset[int] = frozenset(_DEFAULT_PORTS.values())
    is_public: Callable[[IPAddress], bool] = is_public

    def parse(self, text: str) -> Address:
        """The parts of an address without its fragment; raises InputRejected (`address`) where it may not be fetched.

        A name is not resolved here: what it leads to is checked by `refuse_ip`.
        """
        try:
            address = _parse(text.strip(" \t\r\n"))
            if address.port not in self.ports:
                raise ValueError("it names another port than 80 or 443")
        except ValueError as error:
            raise InputRejected(RejectionReason.ADDRESS, f"{_shown(text)} is not fetched: {error}.") from error
        if (ip := address.ip) is not None:
            self.refuse_ip(ip, address)
        elif _is_private_name(address.host):
            raise InputRejected(
                RejectionReason.ADDRESS,
                f"{address} is not fetched: only public sites are, and {address.host} is no public name.",
            )
        return address

    def refuse_ip(self, ip: IPAddress, address: Address) -> None:
        """Raise InputRejected (`address`) where an IP that `address` leads to is not public."""
        if not self.is_public(ip):
            raise InputRejected(
                RejectionReason.ADDRESS,
                f"{address} is not fetched: it leads to {ip}, which is no public machine; save the page and add its "
                "file.",
            )


def is_web_address(text: str) -> bool:
    """Whether what somebody typed means something on the web rather than a file."""
    return text.strip().lower().startswith(("http://", "https://", "feed:"))


def without_feed_scheme(text: str) -> str:
    """`feed:https://...` and `feed://...`, as browsers hand feeds on, as https addresses; others as they are."""
    text = text.strip()
    if not text.lower().startswith("feed:"):
        return text
    rest = text[len("feed:") :]
    return f"https:{rest}" if rest.startswith("//") else rest


def canonical(address: Address) -> str:
    """The address without what only tells how a reader came to it, so that the same page has one source."""
    path, mark, query = address.target.partition("?")
    kept = "&".join(part for part in query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0]))
    return str(Address(address.scheme, address.host, address.port, path + (mark + kept if kept else "")))


def absolute(base: str, link: str) -> str:
    """A link as it stands in what came from `base`, made whole by that; one that cannot be stays as it is."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def _parse(text: str) -> Address:
    """Raises ValueError with the reason, as a part of a sentence."""
    if len(text) > _LONGEST:
        raise ValueError(f"it has more than {_LONGEST:,} characters")
    if _DOUBTFUL.search(text):
        raise ValueError("it holds a space, a backslash or a control character")
    try:
        parts = urlsplit(text)
        scheme, port = parts.scheme, parts.port
    except ValueError as error:
        raise ValueError("it is no valid address") from error
    if scheme not in _DEFAULT_PORTS:
        raise ValueError("it begins with neither http:// nor https://")
    if "@" in parts.netloc:
        raise ValueError("it holds a user name or a password")
    target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_KEPT_IN_TARGET)
    host = _host(parts.netloc, parts.hostname or "")
    return Address(scheme, host, _DEFAULT_PORTS[scheme] if port is None else port, target)


def _host(netloc: str, host: str) -> str:
    try:
        if "[" in netloc:
            if "%" in host:  # the name of one of this machine's networks
                raise ValueError
            return str(IPv6Address(host))
        ascii_host = _in_ascii(host).removesuffix(".")
        if _NUMBER.fullmatch(ascii_host.rpartition(".")[2]):  # connecting would read 127.1, 0x7f.1 and 2130706433
            return str(IPv4Address(ascii_host))
        if not _HOST.fullmatch(ascii_host) or len(ascii_host) > _LONGEST_HOST:
            raise ValueError
    except ValueError as error:
        raise ValueError("it names no valid host") from error
    return ascii_host


def _in_ascii(host: str) -> str:
    """The host as it is looked up: other scripts encoded, wide letters and dots as those that they look like."""
    if host.isascii():
        return host.lower()
    import idna

    return idna.encode(host, uts46=True).decode().lower()  # its error is a ValueError


def _is_private_name(host: str) -> bool:
    return "." not in host or any(host == name or host.endswith(f".{name}") for name in _PRIVATE_NAMES)


def _shown(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"
