"""Redirects are followed by hand: at most three, each checked like the first address."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path
from typing import Any

import pytest
from local_site import HERE, Site, answering, certificate, response, served

from index.errors import InputRejected, RejectionReason
from index.web.addresses import Address
from index.web.fetching import FetchSettings, fetch


def redirect(location: str, status: int = 302) -> bytes:
    return response(b"moved", f"{status} Moved", Location=location)


def refusal(address: str, settings: FetchSettings) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        fetch(address, settings=settings)
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/b", "b", "//b.test:{port}/b", "http://b.test:{port}/b#part"])
def test_the_address_is_the_last_one(site: Site, status: int, location: str) -> None:
    site.answers = {"/a": redirect(location.format(port=site.port), status), "/b": response(b"words")}
    fetched = fetch(site.address("/a"), settings=site.settings())
    host = "b.test" if ":" in location else "a.test"
    assert (fetched.address, fetched.data) == (site.address("/b", host), b"words")
    assert [headers["host"] for headers in site.headers] == [f"a.test:{site.port}", f"{host}:{site.port}"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/",
        "//127.0.0.2:{port}/",
        "//localhost:{port}/",
        "http://169.254.169.254/",
        "http://[::1]:{port}/",
        "http://user@b.test:{port}/",
        "http://b.test:22/",
        "file:///etc/passwd",
        "ftp://b.test/",
        "data:text/html,words",
        "http://[",
        "http:\\\\127.0.0.2",
    ],
)
def test_where_nothing_may_be_fetched_nothing_is(site: Site, status: int, location: str) -> None:
    site.answers = {"/a": redirect(location.format(port=site.port), status)}
    assert refusal(site.address("/a"), site.settings())[0] is RejectionReason.ADDRESS
    assert site.asked == ["/a"]


def test_a_name_that_leads_elsewhere_is_refused_at_its_hop(site: Site) -> None:
    site.answers = {"/a": redirect(site.address("/b", "b.test"))}
    resolve, asked = answering(["127.0.0.1"], ["10.0.0.1"])
    reason, message = refusal(site.address("/a"), site.settings(resolve=resolve))
    assert reason is RejectionReason.ADDRESS
    assert "b.test" in message
    assert "10.0.0.1" in message
    assert asked == ["a.test", "b.test"]


def test_three_are_followed_and_four_are_not(site: Site) -> None:
    site.answers = {f"/{number}": redirect(f"/{number - 1}") for number in range(1, 5)} | {"/0": response(b"words")}
    assert fetch(site.address("/3"), settings=site.settings()).data == b"words"
    site.asked.clear()
    reason, message = refusal(site.address("/4"), site.settings())
    assert (reason, message) == (RejectionReason.NETWORK, f"{site.address('/4')} redirects more than 3 times.")
    assert site.asked == ["/4", "/3", "/2", "/1"]


def test_a_loop_ends(site: Site) -> None:
    site.answers = {"/a": redirect("/b"), "/b": redirect("/a")}
    assert refusal(site.address("/a"), site.settings())[0] is RejectionReason.NETWORK
    assert len(site.asked) == 4


def test_what_a_redirect_says_is_not_read(site: Site) -> None:
    def endless(connection: Any) -> None:
        connection.sendall(b"HTTP/1.1 302 Moved\r\nLocation: /b\r\nContent-Length: 99999999999\r\n\r\n" + b"a" * 9_999)

    site.answers = {"/a": endless, "/b": response(b"words")}
    assert fetch(site.address("/a"), settings=site.settings()).data == b"words"


def test_a_refresh_in_a_page_is_none(site: Site) -> None:
    page = b'<meta http-equiv="refresh" content="0; url=http://127.0.0.1/">'
    site.answers = {"/a": response(page, Refresh="0; url=/b")}
    assert fetch(site.address("/a"), settings=site.settings()).data == page
    assert site.asked == ["/a"]


def test_every_hop_is_told_before_it_is_looked_up(site: Site) -> None:
    site.answers = {"/a": redirect("/b"), "/b": response(b"words")}
    resolve, asked = answering(["127.0.0.1"])
    told: list[tuple[str, int]] = []

    def note(address: Address) -> None:
        told.append((address.target, len(asked)))

    fetch(site.address("/a"), settings=site.settings(resolve=resolve), before_request=note)
    assert told == [("/a", 0), ("/b", 1)]


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@needs_openssl
def test_from_https_only_to_https(tmp_path: Path) -> None:
    file = certificate(tmp_path, "a.test")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    with served(server) as site:
        settings = site.settings(tls=ssl.create_default_context(cafile=str(file)))
        site.answers = {
            "/a": redirect("/b"),
            "/b": response(b"words"),
            "/c": redirect(site.address("/b", scheme="http")),
        }
        assert fetch(site.address("/a", scheme="https"), settings=settings).data == b"words"
        reason, message = refusal(site.address("/c", scheme="https"), settings)
    assert reason is RejectionReason.ADDRESS
    assert message.endswith("which is not encrypted.")
    assert site.asked == ["/a", "/b", "/c"]


@needs_openssl
def test_the_certificate_must_be_trusted_and_of_that_name(tmp_path: Path) -> None:
    """Also where the connection is to an IP that was checked before: the name is what the server must prove."""
    file = certificate(tmp_path, "a.test")
    names: list[str] = []
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    server.sni_callback = lambda _, name, __: names.append(name)
    trusting = ssl.create_default_context(cafile=str(file))
    with served(server) as site:
        site.answers = {"*": response(b"words")}
        assert fetch(site.address(scheme="https"), settings=site.settings(tls=trusting)).data == b"words"
        for address, settings in (
            (site.address(scheme="https"), site.settings()),
            (site.address(host="b.test", scheme="https"), site.settings(tls=trusting)),
            (site.address(host=str(HERE), scheme="https"), site.settings(tls=trusting)),
        ):
            reason, message = refusal(address, settings)
            assert (reason, message) == (RejectionReason.NETWORK, f"{address} has no certificate that is trusted.")
    assert names[:3] == ["a.test", "a.test", "b.test"]
    assert site.asked == ["/"]
