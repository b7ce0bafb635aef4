"""Only public http and https addresses are connected to; everything else is refused before."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from index.errors import InputRejected, RejectionReason
from index.web.addresses import AddressRules, canonical, is_public, is_web_address, without_feed_scheme
from index.web.fetching import FetchSettings, fetch

REFUSED = [
    "http://127.0.0.1/",
    "http://127.8.8.8/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://0177.0x0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://1.2.3.4.5/",
    "http://256.256.256.256/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://100.127.255.254/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
    "http://239.255.255.255/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a00:1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::808:808]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:808:808::1]/",
    "http://[2001::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://[v1.fe80::a]/",
    "http://[::1",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://api.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://router/",
    "http://127\N{IDEOGRAPHIC FULL STOP}0\N{IDEOGRAPHIC FULL STOP}0\N{IDEOGRAPHIC FULL STOP}1/",
    "http://\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}\N{FULLWIDTH DIGIT SEVEN}.0.0.1/",
    "http://\N{CIRCLED LATIN SMALL LETTER L}ocalhost/",
    "http://a\N{FULLWIDTH SOLIDUS}b.example/",
    "http://user@example.org/",
    "http://user:secret@example.org/",
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1#@example.org/",
    "http://@example.org/",
    "http:\\\\127.0.0.1\\",
    "http://example.org\\@127.0.0.1/",
    "http://exa\nmple.org/",
    "http://exa\tmple.org/",
    "http://example.org/a b",
    "http://example.org/\0",
    "http://exam%70le.org/",
    "http://-a.example.org/",
    "http://a..example.org/",
    "http:///etc/passwd",
    "http:/127.0.0.1/",
    "http:127.0.0.1",
    "https://",
    "//example.org/",
    "example.org",
    "",
    "file:///etc/passwd",
    "ftp://example.org/a",
    "gopher://example.org/",
    "data:text/html,words",
    "javascript:alert(1)",
    "jar:http://example.org!/",
    "http://example.org:22/",
    "http://example.org:6379/",
    "http://example.org:9200/",
    "http://example.org:8080/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://example.org:-80/",
    "http://example.org:http/",
    "http://example.org/" + "a" * 3_000,
    "http://" + "a." * 200 + "org/",
]


def refusal(address: str, settings: FetchSettings | None = None) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        fetch(address, settings=settings)
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused_before_anything_is_looked_up(address: str, connections: list[Any]) -> None:
    reason, message = refusal(address)
    assert reason is RejectionReason.ADDRESS
    assert "is not fetched: " in message
    assert len(message) < 400
    assert connections == []


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("http://93.184.215.14/", ("93.184.215.14", 80)),
        ("https://93.184.215.14/", ("93.184.215.14", 443)),
        ("http://93.184.215.14:443/", ("93.184.215.14", 443)),
        ("https://news.example.com/a?b=c#d", "news.example.com"),
        ("HTTPS://News.Example.COM./", "news.example.com"),
        (" https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example.com/\n", "xn--bcher-kva.example.com"),
    ],
)
def test_what_is_public_is_connected_to(address: str, reached: Any, connections: list[Any]) -> None:
    """So the list above is refused for its own reasons."""
    assert refusal(address)[0] is RejectionReason.NETWORK
    assert connections == [reached]


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:80b::200e"])
def test_public_ips(ip: str) -> None:
    assert is_public(ip_address(ip))
    assert not ip.startswith("8") or is_public(ip_address(f"::ffff:{ip}"))


@pytest.mark.parametrize("ip", ["64:ff9b::808:808", "2002:808:808::1", "ff0e::1", "fec0::1", "224.0.1.1"])
def test_ranges_that_python_takes_for_global(ip: str) -> None:
    assert ip_address(ip).is_global
    assert not is_public(ip_address(ip))


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a#part", "https://example.org/a"),
        ("https://example.org:80/a", "https://example.org:80/a"),
        ("https://example.org/a?utm_source=x&id=7&fbclid=y&UTM_Medium=z&gclid=1", "https://example.org/a?id=7"),
        ("https://example.org/a?utm_source=x", "https://example.org/a"),
        ("https://example.org/a?b=%2F&c", "https://example.org/a?b=%2F&c"),
        ("https://example.org/caf\N{LATIN SMALL LETTER E WITH ACUTE}", "https://example.org/caf%C3%A9"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_the_same_page_has_one_source(address: str, source: str) -> None:
    assert canonical(AddressRules().parse(address)) == source
    assert canonical(AddressRules().parse(source)) == source


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("feed:https://example.org/rss", "https://example.org/rss"),
        ("feed://example.org/rss", "https://example.org/rss"),
        ("FEED:http://example.org/rss", "http://example.org/rss"),
        ("https://example.org/rss", "https://example.org/rss"),
    ],
)
def test_feed_addresses(typed: str, meant: str) -> None:
    assert is_web_address(typed)
    assert without_feed_scheme(typed) == meant


@pytest.mark.parametrize("typed", ["a.txt", "./http://", "ftp://example.org/", "feedback.txt", "httpd.md"])
def test_files_are_no_addresses(typed: str) -> None:
    assert not is_web_address(typed)
