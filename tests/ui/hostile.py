"""Texts that would do something if a page took them for anything but text."""

from __future__ import annotations

from html.parser import HTMLParser

ELSEWHERE = "http://elsewhere.example"

PAYLOADS = (
    "<script>alert(1)</script>",
    f"<script src={ELSEWHERE}/a.js></script>",
    f"<img src={ELSEWHERE}/b.png onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    f'<iframe src="{ELSEWHERE}/c"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    f"<style>body{{background:url({ELSEWHERE}/d.png)}}</style>",
    f'<p style="background:url({ELSEWHERE}/e.png)">x</p>',
    '<div style="position:fixed;inset:0;background:red">x</div>',
    f'<link rel="stylesheet" href="{ELSEWHERE}/f.css">',
    f'<meta http-equiv="refresh" content="0;url={ELSEWHERE}/g">',
    f'<form action="{ELSEWHERE}/h"><button>x</button></form>',
    f"![x]({ELSEWHERE}/i.png)",
    "[x](javascript:alert(1))",
    "$$\\href{javascript:alert(1)}{x}$$ and $x^2$",
    "<think>x</think>",
    "</blockquote></div></article><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover=alert(1) x='",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} `${1+1}`",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;",
    "<!--><img src=x onerror=alert(1)>-->",
    "<mark>not the answer</mark> **bold** # head",
)


class Elements(HTMLParser):
    """The elements of a piece of HTML as (tag, attributes), and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]
