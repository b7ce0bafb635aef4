"""The one function that fetches: it connects to public machines only, and waits and takes no more than its limits.

No proxy, cookie or password of this machine goes along: nothing but the request is known to the connection.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.metadata import version

import httpcore2

from index.errors import InputRejected, RejectionReason
from index.web.addresses import Address, AddressRules, IPAddress, absolute, canonical
from index.web.connecting import Deadline, PinnedBackend, Resolve, resolve, resolve_in_time
from index.web.unpacking import Damaged, TooLarge, counted, unpacked

AGENT = "article-qa"
"""The name by which a site's robots.txt may address this tool."""

_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_ACCEPTED = "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.9,application/pdf;q=0.9,*/*;q=0.5"
_LONGEST_VALIDATOR = 500
"""Characters of an ETag or a date that is sent back."""
_SENTENCES = {
    401: "asks for a login; save the page and add its file",
    403: "refuses to be read by a program; save the page and add its file",
    404: "was not found there; check the address",
    410: "is gone from there",
    429: "was asked for too often; try again later",
    451: "may not be shown for legal reasons",
}

BeforeRequest = Callable[[Address], None]
"""Told each address, also those that a redirect leads to, before anything of it is looked up."""


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """The limits; only tests have others, and other rules, than these."""

    rules: AddressRules = field(default_factory=AddressRules)
    resolve: Resolve = resolve
    seconds: float = 20.0
    most_bytes: int = 20_000_000  # unpacked
    tls: ssl.SSLContext | None = None  # None trusts what the system trusts


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came from an address: `address` is the last one that redirects led to, without tracking parameters.

    `etag` and `modified` are what the server wants to hear the next time; status 304 says that nothing changed since.
    """

    address: str
    status: int
    content_type: str
    data: bytes
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    headers: dict[str, str]
    data: bytes


def fetch(
    address: str,
    *,
    etag: str | None = None,
    modified: str | None = None,
    settings: FetchSettings | None = None,
    before_request: BeforeRequest | None = None,
    whatever_status: bool = False,
) -> Fetched:
    """Fetch what is at a public http or https address, with at most three redirects.

    Takes 20 seconds at most, beside those that `before_request` takes, and 20 MB, unpacked. With `etag` or `modified`
    the status may be 304; others than 200 are an error unless `whatever_status` is given. Raises InputRejected:
    `address` before connecting to what may not be fetched, `too_large`, and `network` for all that can go wrong there.
    """
    settings = settings or FetchSettings()
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    known = {name: value for name, value in conditions.items() if value is not None}
    seconds = settings.seconds
    first = current = settings.rules.parse(address)
    for _ in range(_MOST_REDIRECTS + 1):
        if before_request is not None:
            before_request(current)
        deadline = Deadline(seconds)
        response = _request(current, known, settings, deadline)
        if response.status not in _REDIRECTS or "location" not in response.headers:
            return _fetched(current, response, whatever_status, bool(known))
        seconds = _seconds_left(deadline, current)
        current = _redirected(current, response.headers["location"], settings.rules)
    raise _failure(first, f"redirects more than {_MOST_REDIRECTS} times")


def _redirected(address: Address, location: str, rules: AddressRules) -> Address:
    following = rules.parse(absolute(str(address), location))
    if address.scheme == "https" and following.scheme != "https":
        raise InputRejected(
            RejectionReason.ADDRESS, f"{address} is not fetched: it redirects to {following}, which is not encrypted."
        )
    return following


def _fetched(address: Address, response: _Response, whatever_status: bool, conditional: bool) -> Fetched:
    is_wanted = response.status == HTTPStatus.OK or (conditional and response.status == HTTPStatus.NOT_MODIFIED)
    if not is_wanted and not whatever_status:
        raise _failure(address, _sentence(response.status))
    etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
    return Fetched(
        canonical(address),
        response.status,
        response.headers.get("content-type", ""),
        response.data,
        etag if etag and len(etag) <= _LONGEST_VALIDATOR else None,
        modified if modified and len(modified) <= _LONGEST_VALIDATOR else None,
    )


def _request(address: Address, conditions: dict[str, str], settings: FetchSettings, deadline: Deadline) -> _Response:
    """One request to one address, whose name is looked up once."""
    try:
        ips = _checked_ips(address, settings, deadline)
        tls = settings.tls or _system_tls()
        with (
            httpcore2.ConnectionPool(tls, network_backend=PinnedBackend(ips, deadline)) as pool,
            pool.stream("GET", _url(address), headers=[*_headers(address, conditions)]) as response,
        ):
            headers = _joined(response.headers)
            if response.status in _REDIRECTS:  # nobody reads what it says
                return _Response(response.status, headers, b"")
            body = _body(response.iter_stream(), headers, settings.most_bytes)
            return _Response(response.status, headers, b"".join(body))
    except (TimeoutError, httpcore2.TimeoutException) as error:
        raise _failure(address, f"took longer than {settings.seconds:g} seconds; try again later") from error
    except TooLarge as error:
        raise InputRejected(
            RejectionReason.TOO_LARGE, f"{address} has more than {settings.most_bytes:,} bytes, more than is taken."
        ) from error
    except Damaged as error:
        raise _failure(address, "came packed in a way that cannot be unpacked") from error
    except ssl.SSLError as error:
        raise _failure(address, "has no certificate that is trusted") from error
    except httpcore2.NetworkError as error:
        is_tls = isinstance(error.__cause__ or error.__context__, ssl.SSLError)
        what = "has no certificate that is trusted" if is_tls else "could not be reached; try again later"
        raise _failure(address, what) from error
    except httpcore2.ProtocolError as error:
        raise _failure(address, "came incomplete, or not as HTTP has it; try again later") from error


def _checked_ips(address: Address, settings: FetchSettings, deadline: Deadline) -> list[IPAddress]:
    """All IPs of an address; raises InputRejected where any of them is not public, or there is none."""
    if address.ip is not None:
        return [address.ip]  # which the rules checked
    try:
        ips = list(resolve_in_time(settings.resolve, address.host, address.port, deadline))
    except TimeoutError:
        raise
    except (OSError, ValueError) as error:
        raise _failure(address, "is at a site that cannot be found; check its name and the network") from error
    for ip in ips:
        settings.rules.refuse_ip(ip, address)
    if not ips:
        raise _failure(address, "is at a site that cannot be found; check its name and the network")
    return ips


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names; one that was sent twice has both values, as HTTP reads it."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def _body(chunks: Iterator[bytes], headers: dict[str, str], most: int) -> Iterator[bytes]:
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise TooLarge
    match headers.get("content-encoding", "").strip().lower():
        case "" | "identity":
            return counted(chunks, most)
        case "gzip" | "x-gzip" | "deflate":
            return unpacked(chunks, most)
    raise Damaged  # packed twice, or as it was not asked for


def _url(address: Address) -> httpcore2.URL:
    """In its parts, so that no second parser reads it."""
    return httpcore2.URL(
        scheme=address.scheme.encode(),
        host=address.host.encode(),
        port=address.port,
        target=address.target.encode(),
    )


def _headers(address: Address, conditions: dict[str, str]) -> Iterator[tuple[bytes | str, bytes | str]]:
    headers = {
        "Host": address.authority,
        "User-Agent": _user_agent(),
        "Accept": _ACCEPTED,
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }
    yield from (headers | conditions).items()


@cache
def _user_agent() -> str:
    return f"{AGENT}/{version('article-qa')} (extractive question answering over pages that its user names)"


@cache
def _system_tls() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()


def _sentence(status: int) -> str:
    if status in _SENTENCES:
        return f"{_SENTENCES[status]} (status {status})"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"is at a site that has a fault of its own; try again later (status {status})"
    return f"was not given out (status {status})"


def _seconds_left(deadline: Deadline, address: Address) -> float:
    try:
        return deadline.left()
    except TimeoutError as error:
        raise _failure(address, "took too long; try again later") from error


def _failure(address: Address, what: str) -> InputRejected:
    return InputRejected(RejectionReason.NETWORK, f"{address} {what}.")
