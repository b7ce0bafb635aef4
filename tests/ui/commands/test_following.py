"""qa add of web addresses, qa follow, qa sync, qa unfollow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import watchfiles
from commanding import CommandLine
from local_site import Site, html, response, served


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with a feed of one article, which the commands are allowed to fetch."""
    with served() as site:
        feed = b"<rss version='2.0'><channel><item><title>A</title><link>/a</link></item></channel></rss>"
        site.answers = {"/feed": response(feed), "/a": html("The bridge is open.")}
        monkeypatch.setattr("index.web.visiting.Visitor", site.visitor)
        yield site


def test_a_page_is_added_once(qa: CommandLine, site: Site) -> None:
    added = qa("add", site.address("/a#top"))
    assert (added.exit_code, added.stdout.splitlines()) == (
        0,
        [
            f"added      T: The bridge is open. ({site.address('/a')})",
            "1 added, 0 changed, 0 unchanged, 0 rejected.",
        ],
    )
    again = qa("add", site.address("/a"), f"feed:{site.address('/feed')}")
    assert again.stdout.splitlines()[-1] == "0 added, 0 changed, 2 unchanged, 0 rejected."
    site.answers["/a"] = html("The bridge is closed.")
    assert qa("add", site.address("/a")).stdout.splitlines()[-1] == "0 added, 1 changed, 0 unchanged, 0 rejected."


def test_what_is_added_is_asked(qa: CommandLine, site: Site) -> None:
    qa("add", site.address("/a"))
    (article,) = qa.json("list")
    assert (article["source"], article["url"]) == (site.address("/a"), site.address("/a"))
    assert qa.json("ask", "is the bridge open?")["answers"]


def test_a_feed_is_followed_synced_and_left(qa: CommandLine, site: Site) -> None:
    address = site.address("/feed")
    followed = qa("follow", address)
    assert (followed.exit_code, followed.stdout) == (0, f"{address} is followed; fetch its articles with: qa sync\n")
    assert qa("follow").stdout == f"not asked yet        {address}\n"
    first = qa("sync")
    assert (first.exit_code, first.stdout.splitlines()) == (
        0,
        [
            f"**{address}**",
            f"added      T: The bridge is open. ({site.address('/a')})",
            "1 added, 0 changed, 0 unchanged, 0 rejected.",
        ],
    )
    assert qa("sync").stdout.splitlines() == [
        f"**{address}**",
        "0 added, 0 changed, 0 unchanged, 0 rejected.",
        "1 known from before.",
    ]
    site.answers["/feed"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    listed = qa("follow").stdout
    assert listed.endswith(f"  {address}\n")
    assert listed[:2] == "20"
    assert qa("unfollow", address).stdout == f"{address} is no longer followed; its articles stay.\n"
    assert (
        qa("follow").stderr
        == "Nothing is followed yet; follow a feed with: qa follow FEED, or a folder with: qa sync FOLDER\n"
    )
    assert len(qa.json("list")) == 1


def test_what_did_not_change_is_said(qa: CommandLine, site: Site) -> None:
    feed = site.answers["/feed"]
    assert isinstance(feed, bytes)
    site.answers["/feed"] = feed.replace(b"OK\r\n", b"OK\r\nETag: 1\r\n")
    qa("follow", site.address("/feed"))
    qa("sync")
    site.answers["/feed"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    assert qa("sync").stdout.splitlines() == [f"**{site.address('/feed')}**", "Nothing changed since the last time."]


def test_what_is_rejected_is_exit_code_1(qa: CommandLine, site: Site) -> None:
    qa("follow", site.address("/feed"))
    del site.answers["/a"]
    result = qa("sync")
    assert result.exit_code == 1
    assert f"rejected   {site.address('/a')} was not found there; check the address (status 404)." in result.stdout


def test_what_cannot_be_followed_is_an_error(qa: CommandLine, site: Site) -> None:
    page = qa("follow", site.address("/a"))
    assert page.exit_code == 1
    assert page.stderr == (
        f"Error: {site.address('/a')} is neither a feed nor a sitemap; a single page is added with: qa add\n"
    )
    private = qa("follow", "http://10.0.0.1/feed")
    assert (private.exit_code, private.stderr.count("\n")) == (1, 1)
    qa("add", site.address("/a"))
    other = qa("unfollow", site.address("/feed"))
    assert (other.exit_code, other.stderr) == (
        1,
        f"Error: {site.address('/feed')} is not followed; qa follow lists what is.\n",
    )


@pytest.mark.parametrize("command", [["sync"], ["follow"], ["unfollow", "https://example.org/feed"]])
def test_without_a_library_nothing_is_followed(qa: CommandLine, command: list[str]) -> None:
    result = qa(*command)
    assert (result.exit_code, result.stderr) == (1, "Error: You have no library yet; qa add PATH makes one.\n")


def test_nothing_followed_is_said(qa: CommandLine, site: Site) -> None:
    qa("add", site.address("/a"))
    result = qa("sync")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (
        result.stderr
        == "Nothing is followed yet; follow a feed with: qa follow FEED, or a folder with: qa sync FOLDER\n"
    )


def test_a_folder_is_synced_and_what_changed_is_told(qa: CommandLine) -> None:
    news = qa.folder / "news"
    for name in ("bakery", "chess", "harbour"):
        qa.write(f"news/{name}.txt", f"The {name}\n\nWords about the {name}.\n")
    dry = qa("sync", news, "--dry-run")
    assert dry.stdout.splitlines()[-1] == "3 added, 0 changed, 0 unchanged, 0 rejected."
    assert qa("sync").exit_code == 1  # no library was made
    assert qa("sync", news).exit_code == 0
    qa.write("news/bakery.txt", "The bakery\n\nOther words.\n")
    (news / "chess.txt").unlink()
    qa.write("news/new.txt", "The new one\n\nWords.\n")
    (news / "harbour.txt").write_bytes(b"\x7fELF\0")
    result = qa("sync", news)
    assert (result.exit_code, result.stdout.splitlines()) == (
        1,
        [
            f"**{news}**",
            f"added      The new one ({news / 'new.txt'})",
            f"changed    The bakery ({news / 'bakery.txt'})",
            f"rejected   {news / 'harbour.txt'} holds a program, not text.",
            "1 added, 1 changed, 0 unchanged, 1 rejected.",
            f"gone       The chess ({news / 'chess.txt'})",
            "1 gone from the folder and still in the library; --remove takes them out.",
        ],
    )
    removed = qa("sync", news, "--remove")
    assert removed.stdout.splitlines()[-1] == f"removed    The chess ({news / 'chess.txt'})"
    assert [article["title"] for article in qa.json("list")] == ["The harbour", "The bakery", "The new one"]


def test_a_synced_folder_is_followed_until_it_is_left(qa: CommandLine) -> None:
    qa.write("news/a.txt", "One.\n")
    qa("sync", qa.folder / "news")
    qa.write("news/b.txt", "Two.\n")
    assert qa("follow").stdout.split()[-1] == str(qa.folder / "news")
    assert "1 added, 0 changed, 1 unchanged" in qa("sync").stdout
    (qa.folder / "news").rename(qa.folder / "elsewhere")
    lost = qa("sync")
    assert (lost.exit_code, "There is no folder" in lost.stdout) == (1, True)
    assert qa("unfollow", qa.folder / "news").exit_code == 0
    assert "Nothing is followed yet" in qa("sync").stderr
    assert len(qa.json("list")) == 2


def test_removing_and_trying_are_for_one_folder(qa: CommandLine) -> None:
    assert (qa("sync", "--remove").exit_code, qa("sync", "--dry-run").exit_code) == (2, 2)
    assert "There is no folder" in qa("sync", qa.folder / "none").stderr


def test_a_watched_folder_is_synced_at_each_change(qa: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    news = qa.write("news/a.txt", "One.\n").parent

    def changes(folder: str, *, yield_on_timeout: bool) -> Iterator[set[object]]:
        assert (folder, yield_on_timeout) == (str(news), True)
        qa.write("news/b.txt", "Two.\n")  # before the watch had begun
        yield set()
        qa.write("news/c.txt", "Three.\n")
        yield {"c"}
        qa.write("news/d.txt", "Four.\n")
        yield set()
        raise KeyboardInterrupt

    monkeypatch.setattr("watchfiles.watch", changes)
    result = qa("watch", news)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (130, "Stopped watching.")
    counts = [line for line in result.stdout.splitlines() if line.endswith("rejected.")]
    assert counts == [f"1 added, 0 changed, {known} unchanged, 0 rejected." for known in range(3)]


def test_a_change_in_a_folder_is_noticed(tmp_path: Path) -> None:
    """By the library itself, as `qa watch` calls it."""
    watching = watchfiles.watch(str(tmp_path), yield_on_timeout=True, rust_timeout=200)
    assert next(watching) == set()
    (tmp_path / "a.txt").write_text("One.")
    found = next(filter(None, watching))
    assert {Path(path).name for _, path in found} == {"a.txt"}
    watching.close()
