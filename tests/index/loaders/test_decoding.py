"""Bytes of many encodings become the same text; bytes that are no text are refused."""

# ruff: noqa: RUF001 - letters that look like others are the matter of these tests

from __future__ import annotations

import random
import time

import pytest

from index.errors import InputRejected, RejectionReason
from index.loaders.decoding import decode

FRENCH = "Le président français a déclaré que l’été serait chaud. «\xa0C’est décidé\xa0», a-t-il dit à l’Élysée."
GERMAN = "Der Bürgermeister erklärte, die Straße müsse größer werden. „Das ist schön“, fügte er hinzu."
POLISH = "Zażółć gęślą jaźń. Prezydent ogłosił w środę, że most będzie zamknięty."
RUSSIAN = "Ким прибыл в среду во Владивосток на бронепоезде. Он встретится с президентом Путиным."
JAPANESE = "金正恩氏は水曜日にウラジオストクに到着した。プーチン大統領と会談する予定だ。"
CHINESE = "北京时间星期三，朝鲜领导人抵达符拉迪沃斯托克，将与普京总统会谈。"


def refusal(data: bytes) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        decode(data, "/news/a.txt")
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_and_without_a_mark(encoding: str) -> None:
    assert decode(JAPANESE.encode(encoding), "a.txt") == JAPANESE


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-32-be"])
def test_byte_order_is_told_by_the_mark(encoding: str) -> None:
    assert decode(("\ufeff" + RUSSIAN).encode(encoding), "a.txt") == RUSSIAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"),
        ("Le président a été réélu à Paris.", "cp1252"),
        ("A eleição não terá segundo turno. Três mulheres são candidatas à prefeitura.", "cp1252"),
        ("Færgen sejler til Århus på søndag. Rødgrød med fløde.", "cp1252"),
        ("Prices rose by £5 to €9 – the most in years.", "cp1252"),
        ("Café Müller", "cp1252"),
        (GERMAN, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
    ],
)
def test_older_encodings_are_guessed(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (POLISH, "iso8859_2", "ISO-8859-2"),  # guessed as cp1250 without the declaration
        ("Ağaçlar güzel, şehir büyük.", "cp1254", "iso-8859-9"),
        ("東京で会談", "shift_jis", "Shift_JIS"),
        ("“Oui”, dit-il à l’aube.", "cp1252", "iso-8859-1"),  # browsers read Latin-1 as Windows-1252
    ],
)
def test_a_page_that_declares_its_encoding_is_believed(text: str, encoding: str, declared: str) -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head>{text}'
    assert decode(page.encode(encoding), "a.html") == page


@pytest.mark.parametrize("declared", ["rot13", "punycode", "no-such-encoding", "utf-16"])
def test_an_unfit_declaration_is_passed_over(declared: str) -> None:
    page = f'<meta charset="{declared}">{FRENCH}'
    assert decode(page.encode("cp1252"), "a.html") == page


def test_line_ends_become_line_feeds() -> None:
    assert decode(b"one\r\ntwo\rthree\nfour\r\n\r\n", "a.txt") == "one\ntwo\nthree\nfour\n\n"


def test_only_a_mark_is_an_empty_text() -> None:
    assert decode(b"\xef\xbb\xbf", "a.txt") == ""


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xd0\xcf\x11\xe0words", "an old office document or one that is locked by a password"),
        (b"\x1f\x8bwords", "a gzip archive"),
        (b"\x7fELFwords", "a program"),
        (b"words\0words", "binary data"),
        ("\ufeffwords\0words".encode("utf-16-le"), "binary data"),
    ],
)
def test_binary_data_is_named(data: bytes, kind: str) -> None:
    assert refusal(data) == (RejectionReason.TYPE, f"/news/a.txt holds {kind}, not text.")


@pytest.mark.parametrize(
    "data",
    [
        random.Random(0).randbytes(5000).replace(b"\0", b"\1"),
        ("Hello wörld. " * 50).encode() + b"\xff" + ("Mehr Wörter. " * 50).encode(),  # damaged, not Windows-1252
        "Ким прибыл".encode()[:-1],  # cut off inside a character
        b"\xff\xfea",  # half a character of UTF-16
    ],
)
def test_what_cannot_be_told_is_refused_rather_than_garbled(data: bytes) -> None:
    assert refusal(data) == (
        RejectionReason.ENCODING,
        "The characters of /news/a.txt cannot be told for sure; save it as UTF-8.",
    )


@pytest.mark.parametrize(("text", "encoding"), [(FRENCH, "cp1252"), (JAPANESE, "shift_jis")])
def test_ten_megabytes_on_one_line_take_seconds(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    long = data * (10_000_000 // len(data))
    began = time.perf_counter()
    assert decode(long, "a.txt").startswith(text)
    assert time.perf_counter() - began < 20
