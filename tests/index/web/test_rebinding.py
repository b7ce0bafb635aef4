"""A name is looked up once a request, and the connection goes to the IPs that were checked, all of them."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from local_site import Site, answering, response

from index.errors import InputRejected, RejectionReason
from index.web import connecting
from index.web.fetching import FetchSettings, fetch

PUBLIC = "93.184.215.14"


def refusal(address: str, settings: FetchSettings) -> RejectionReason:
    with pytest.raises(InputRejected) as caught:
        fetch(address, settings=settings)
    return caught.value.reason


def test_the_second_answer_of_a_resolver_is_never_asked_for(connections: list[Any]) -> None:
    resolve, asked = answering([PUBLIC], ["127.0.0.1"])
    assert refusal("http://rebinding.example.com/", FetchSettings(resolve=resolve)) is RejectionReason.NETWORK
    assert asked == ["rebinding.example.com"]
    assert connections == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "ips",
    [
        ["127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
        ["::1", PUBLIC],
        [PUBLIC, "fe80::1"],
        [PUBLIC, "::ffff:10.0.0.1"],
        ["2606:4700::1111", PUBLIC, "192.168.0.1"],
        [PUBLIC, "64:ff9b::7f00:1"],
    ],
)
def test_one_answer_that_is_not_public_refuses_all(ips: list[str], connections: list[Any]) -> None:
    resolve, asked = answering(ips)
    assert refusal("https://mixed.example.com/", FetchSettings(resolve=resolve)) is RejectionReason.ADDRESS
    assert asked == ["mixed.example.com"]
    assert connections == []


def test_further_ips_are_tried_where_the_first_takes_no_connection(connections: list[Any]) -> None:
    ips = [PUBLIC, "8.8.8.8", "1.1.1.1"]
    resolve, _ = answering(ips)
    assert refusal("http://several.example.com/", FetchSettings(resolve=resolve)) is RejectionReason.NETWORK
    assert connections == [(ip, 80) for ip in ips]


def test_the_name_goes_to_the_server_and_the_ip_to_the_connection(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.answers = {"*": response(b"words")}
    connected: list[Any] = []
    connect = socket.socket.connect

    def note(self: socket.socket, address: Any) -> None:
        connected.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", note)
    assert fetch(site.address("/a"), settings=site.settings()).data == b"words"
    assert connected == [("127.0.0.1", site.port)]
    assert site.headers[0]["host"] == f"a.test:{site.port}"


def test_every_request_looks_up_anew(site: Site) -> None:
    """So an answer that was right once is not trusted for ever."""
    site.answers = {"*": response(b"words")}
    resolve, asked = answering(["127.0.0.1"], ["10.0.0.1"])
    settings = site.settings(resolve=resolve)
    assert fetch(site.address(), settings=settings).data == b"words"
    assert refusal(site.address(), settings) is RejectionReason.ADDRESS
    assert asked == ["a.test", "a.test"]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), OSError(), UnicodeError()])
def test_a_site_that_is_not_found(error: Exception, connections: list[Any]) -> None:
    def fail(host: str, port: int) -> Any:
        raise error

    with pytest.raises(InputRejected, match=r"cannot be found; check its name and the network\.$"):
        fetch("http://gone.example.com/", settings=FetchSettings(resolve=fail))
    assert connections == []
    assert refusal("http://gone.example.com/", FetchSettings(resolve=lambda *_: [])) is RejectionReason.NETWORK


def test_the_systems_answers_are_read_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (PUBLIC, 80)), (10, 1, 6, "", ("fe80::1%eth0", 80, 0, 2)), (2, 1, 6, "", (PUBLIC, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert [str(ip) for ip in connecting.resolve("a.example.com", 80)] == [PUBLIC, "fe80::1"]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
def test_no_proxy_of_the_environment_is_used(
    name: str, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:3128")
    resolve, _ = answering([PUBLIC])
    refusal("http://news.example.com/", FetchSettings(resolve=resolve))
    assert connections == [(PUBLIC, 80)]


def test_nothing_of_this_machine_goes_along(site: Site, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("default login ada password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    site.answers = {"*": response(b"words", Set_Cookie="id=1")}
    for _ in range(2):
        fetch(site.address(), settings=site.settings())
    expected = {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert [set(headers) for headers in site.headers] == [expected, expected]
    assert site.headers[0]["user-agent"].startswith("article-qa/")
