"""Lists of references, as Zotero and library catalogues save them: RIS and CSL-JSON; their abstracts are read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.decoding import unix_newlines
from index.loaders.html import html_text, refuse_too_many_tags
from index.loaders.jsonl import article_of, take_records
from index.loaders.metadata import iso_date, language_code, one_line, web_address
from index.report import Rejection

_TAG = re.compile(r"[A-Z][A-Z0-9]  -")
_BEFORE_TAG = re.compile(rf"\n(?={_TAG.pattern})")
_RIS_DATE = re.compile(r"(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?(?:/.*)?", re.ASCII)
_MARKUP = re.compile(r"</?(?:jats:)?(?:p|title|sec|italic|bold|i|b|em|sub|sup|div|span|br)\b[^<>]*>", re.IGNORECASE)
_BLOCK_END = re.compile(r"</(?:jats:)?(?:p|title|sec|div)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reference:
    """What a list says of one work; every value is fit for an Article, save the abstract, which may have markup."""

    key: str | None
    title: str | None
    abstract: str
    authors: tuple[str, ...]
    published: str | None
    url: str | None
    site: str | None
    language: str | None


def parse_ris(text: str, stem: str, source: str) -> list[Article | Rejection]:
    """An article of each reference's abstract, in order, or a Rejection that names the one without.

    Their sources are `<source>#<its id or DOI>`, or `<source>#<number>`, counted from 1. Raises InputRejected for what
    holds no reference.
    """
    references = [_ris_reference(tags) for tags in _ris_records(text)]
    if not references:
        raise InputRejected(RejectionReason.FORMAT, f'{source} holds no reference: no line begins with "TY  - ".')

    def article(reference: _Reference, place: str) -> Article:
        return _article(reference, stem, source, place)

    return take_records(enumerate(references, start=1), article, source, "reference")


def parse_json(text: str, stem: str, source: str) -> list[Article | Rejection]:
    """An article of each object of a list, in order, or a Rejection that names the one that is none.

    An object with a `text` has the fields of a line of JSON lines; one with a `type` and a `title` is a reference of
    CSL-JSON, whose abstract is read. Raises InputRejected for JSON of another form.
    """
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        detail = f"{error.msg} in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "out of bounds"
        raise InputRejected(RejectionReason.FORMAT, f"{source} is not valid JSON ({detail}).") from error
    if not isinstance(items, list) or not items:
        raise InputRejected(
            RejectionReason.FORMAT, f'{source} is not a list of articles like [{{"title": "...", "text": "..."}}].'
        )

    def article(item: object, place: str) -> Article:
        if isinstance(item, dict) and "text" in item:
            return article_of(item, stem, source, place)
        if isinstance(item, dict) and "type" in item and "title" in item:
            return _article(_csl_reference(item), stem, source, place)
        raise InputRejected(RejectionReason.FORMAT, 'It has neither a "text" nor the "type" and "title" of a work.')

    return take_records(enumerate(items, start=1), article, source, "item")


def _article(reference: _Reference, stem: str, file: str, place: str) -> Article:
    named = reference.title or reference.key or "It"
    if not any(character.isalnum() for character in reference.abstract):
        raise InputRejected(RejectionReason.NO_TEXT, f"{named} has no abstract; add the work itself.")
    if "\0" in reference.abstract:
        raise InputRejected(RejectionReason.FORMAT, f"The abstract of {named} holds a NUL character.")
    return Article(
        title=reference.title or stem,
        text=_plain(reference.abstract, place),
        source=f"{file}#{reference.key}" if reference.key else place,
        url=reference.url,
        site=reference.site,
        published=reference.published,
        authors=reference.authors,
        language=reference.language,
        published_from="reference" if reference.published else None,
    )


def _plain(abstract: str, place: str) -> str:
    """An abstract without the tags that publishers leave in it."""
    if not _MARKUP.search(abstract):
        return unix_newlines(abstract).strip()
    refuse_too_many_tags([abstract], place)
    return "\n\n".join(filter(None, (html_text(block).strip() for block in _BLOCK_END.split(abstract))))


def _ris_records(text: str) -> Iterator[dict[str, list[str]]]:
    """The values of each record by their tags; lines without a tag belong to the value before."""
    tags: dict[str, list[str]] = {}
    within = False
    for piece in _BEFORE_TAG.split(text):
        tag, value = piece[:2], "\n".join(line.strip() for line in piece[5:].split("\n")).strip()
        if not _TAG.match(piece) or (tag != "TY" and not within):
            continue
        if tag in ("TY", "ER") and tags:
            yield tags
            tags = {}
        within = tag != "ER"
        if within:
            tags.setdefault(tag, []).append(value)
    if tags:
        yield tags


def _ris_reference(tags: dict[str, list[str]]) -> _Reference:
    def values(*names: str) -> list[str]:
        return [value for name in names for value in tags.get(name, []) if value]

    def first(*names: str) -> str | None:
        return next(filter(None, map(one_line, values(*names))), None)

    dates = [date for value in values("DA", "Y1", "PY") if (date := _ris_date(value))]
    return _Reference(
        key=first("ID", "DO"),
        title=first("TI", "T1", "CT", "BT"),
        abstract="\n".join(values("AB") or values("N2")),
        authors=tuple(name for value in values("AU", "A1") if (name := _given_name_first(value))),
        published=max(dates, key=len, default=None),
        url=next(filter(None, map(web_address, values("UR"))), None) or _doi_address(first("DO")),
        site=first("T2", "JF", "JO", "PB"),
        language=language_code(first("LA")),
    )


def _csl_reference(item: Mapping[str, object]) -> _Reference:
    people = item.get("author")
    names = [_csl_name(person) for person in people] if isinstance(people, list) else []
    abstract = item.get("abstract")
    return _Reference(
        key=one_line(item.get("id")),
        title=one_line(item.get("title")),
        abstract=abstract if isinstance(abstract, str) else "",
        authors=tuple(filter(None, names)),
        published=_csl_date(item.get("issued")),
        url=web_address(item.get("URL")) or _doi_address(one_line(item.get("DOI"))),
        site=one_line(item.get("container-title")) or one_line(item.get("publisher")),
        language=language_code(item.get("language")),
    )


def _csl_name(person: object) -> str | None:
    if not isinstance(person, dict):
        return None
    parts = [person.get(part) for part in ("given", "non-dropping-particle", "family", "suffix")]
    return " ".join(filter(None, map(one_line, parts))) or one_line(person.get("literal"))


def _csl_date(issued: object) -> str | None:
    if not isinstance(issued, dict):
        return None
    spans = issued.get("date-parts")
    if isinstance(spans, list) and spans and isinstance(spans[0], list):
        return _as_known([one_line(part) or "" for part in spans[0]])
    return iso_date(issued.get("raw")) or iso_date(issued.get("literal"))


def _ris_date(value: str) -> str | None:
    found = _RIS_DATE.fullmatch(value.strip())
    return iso_date(value) if found is None else _as_known([part or "" for part in found.groups()])


def _as_known(parts: list[str]) -> str | None:
    """The date of a year, a month and a day, as far as they are numbers that make one."""
    known = ["-".join(part.zfill(4 if place == 0 else 2) for place, part in enumerate(parts[:n])) for n in (3, 2, 1)]
    return next(filter(None, map(iso_date, known)), None)


def _given_name_first(name: str) -> str | None:
    """`Doe, Jane` as `Jane Doe`; what has no comma or several stays as it is."""
    family, comma, given = name.partition(",")
    return one_line(f"{given} {family}" if comma and "," not in given else name)


def _doi_address(doi: str | None) -> str | None:
    return web_address(f"https://doi.org/{doi}") if doi and doi.startswith("10.") else web_address(doi)
