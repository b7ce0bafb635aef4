"""Whatever a parser does, it costs its own file: within the limits, with a reason, and with nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import children, is_running, soon

from index.article import Article
from index.errors import ArticleQAError, RejectionReason, SandboxUnavailable
from index.loaders.limits import Limits
from index.loaders.messages import Document
from index.loaders.parsing import parse
from index.loaders.sandbox import Sandbox
from index.report import Rejection

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all limits")

LIMITS = Limits(seconds=1, memory=200_000_000, output=5_000_000)


@pytest.fixture
def hostile() -> Iterator[Sandbox]:
    before = children()
    with Sandbox(processes=1, limits=LIMITS, worker="hostile_worker") as sandbox:
        yield sandbox
    assert children() == before


def done(sandbox: Sandbox, deed: str) -> Article | Rejection:
    (item,) = sandbox.parse(Document("a.txt", deed.encode(), f"/news/{deed}.txt"))
    return item


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("loop", "timeout"),
        ("loop against signals", "timeout"),
        ("sleep", "timeout"),
        ("overspend", "timeout"),
        ("allocate", "memory"),
        ("allocate in pieces", "memory"),
        ("kill", "memory"),
        ("exit", "crash"),
        ("exit well", "crash"),
        ("segfault", "crash"),
        ("announce much", "output"),
        ("megabytes 6", "output"),
        ("garbage", "crash"),
        ("no result", "crash"),
        ("another field", "crash"),
        ("another reason", "crash"),
        ("deep", "crash"),
        ("close", "crash"),
    ],
)
def test_a_breach_is_a_rejection_in_time_and_the_next_file_is_read(hostile: Sandbox, deed: str, reason: str) -> None:
    first = done(hostile, "print")
    began = time.monotonic()
    rejection = done(hostile, deed)
    assert time.monotonic() - began < LIMITS.seconds + 1
    assert isinstance(rejection, Rejection)
    assert (rejection.source, rejection.reason) == (f"/news/{deed}.txt", RejectionReason(reason))
    after = done(hostile, "print")
    assert isinstance(first, Article)
    assert isinstance(after, Article)
    assert first.title != after.title  # another process
    assert soon(lambda: len(children()) == 1)


@pytest.mark.parametrize("deed", ["fork natively", "fork out of the group"])
def test_a_child_of_a_parser_holds_nothing_up(hostile: Sandbox, deed: str) -> None:
    """Only the superuser's parsers get as far as a child, and only past Python."""
    done(hostile, "print")
    began = time.monotonic()
    rejection = done(hostile, deed)
    assert time.monotonic() - began < LIMITS.seconds + 1
    assert isinstance(rejection, Rejection)
    assert rejection.reason in (RejectionReason.TIMEOUT, RejectionReason.CRASH)
    assert isinstance(done(hostile, "print"), Article)


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("sleep", "takes longer than 1 seconds to read; split it"),
        ("kill", "needs more memory than is allowed for one file; split it"),
        ("exit", "makes the program that reads it fail; open it and save it anew"),
        ("megabytes 6", "becomes more than 5,000,000 bytes of text; split it"),
    ],
)
def test_a_breach_says_what_was_wrong_and_what_to_do(hostile: Sandbox, deed: str, words: str) -> None:
    rejection = done(hostile, deed)
    assert isinstance(rejection, Rejection)
    assert rejection.message.startswith(f"/news/{deed}.txt {words}")


def test_a_gigabyte_of_output_is_refused_while_it_comes(tmp_path: Path) -> None:
    before = resident()
    with Sandbox(processes=1, worker="hostile_worker") as sandbox:
        (rejection,) = sandbox.parse(Document("a.txt", b"megabytes 300", "/news/a.txt"))
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.OUTPUT
    assert resident() - before < 450


def resident() -> int:
    """Megabytes."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


@pytest.mark.parametrize(
    "attempt",
    ["fork", "spawn", "run", "system", "exec", "connect", "bind", "look up", "write", "append", "remove", "folder"],
)
def test_a_parser_may_not(hostile: Sandbox, attempt: str) -> None:
    rejection = done(hostile, attempt)
    assert isinstance(rejection, Rejection)
    assert rejection.message == "PermissionError"


def test_a_parser_may_read_what_it_needs_to_import(hostile: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.")
    (article,) = hostile.parse(Document(str(tmp_path / "a.txt"), b"read", "a"))
    assert isinstance(article, Article)
    assert article.text == "Words."


def test_nothing_of_the_parent_is_there(hostile: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    with Path(__file__).open() as opened:
        os.set_inheritable(opened.fileno(), True)
        told = done(hostile, "tell")
    assert isinstance(told, Article)
    assert told.text.startswith("/ [")
    assert "HF_TOKEN" not in told.text
    assert "PROXY" not in told.text
    niceness = os.nice(0) + 5
    assert told.text.endswith(f" {min(niceness, 19)} ['0', '1', '2', '3', '4', '5']")  # the last lists the folder


def test_the_system_knows_the_limits_and_each_file_gets_its_own_time(hostile: Sandbox) -> None:
    first, second = done(hostile, "limits"), done(hostile, "limits")
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    *fixed, seconds = map(int, second.text.split())
    assert fixed == [LIMITS.memory, 0, 0, 0]
    assert 2 <= seconds <= 4  # a second to start, which was used before, and one for the file


def test_a_process_is_replaced_after_so_many_files() -> None:
    with Sandbox(processes=1, limits=Limits(documents=3), worker="hostile_worker") as sandbox:
        processes = [item.title for item in (done(sandbox, "print") for _ in range(7)) if isinstance(item, Article)]
    assert [processes.count(process) for process in dict.fromkeys(processes)] == [3, 3, 1]


def test_one_process_serves_one_file() -> None:
    before = children()
    with Sandbox(worker="hostile_worker") as sandbox:
        assert children() == before
        done(sandbox, "print")
        assert len(children()) == len(before) + 1


def test_an_idle_process_that_was_killed_is_replaced(hostile: Sandbox) -> None:
    first = done(hostile, "print")
    os.kill(int(first.title), signal.SIGKILL) if isinstance(first, Article) else None
    time.sleep(0.1)
    assert isinstance(done(hostile, "print"), Article)


def test_ctrl_c_is_for_the_parent(hostile: Sandbox) -> None:
    first = done(hostile, "print")
    assert isinstance(first, Article)
    os.kill(int(first.title), signal.SIGINT)
    time.sleep(0.1)
    again = done(hostile, "print")
    assert isinstance(again, Article)
    assert again.title == first.title


def test_a_process_shares_the_session_but_not_the_group_of_its_parent(hostile: Sandbox) -> None:
    """In a session of its own, Linux gives it as much of the processor as its parent, however nice it is."""
    article = done(hostile, "print")
    assert isinstance(article, Article)
    process = int(article.title)
    assert os.getsid(process) == os.getsid(0)
    assert os.getpgid(process) == process


def test_closing_ends_what_is_under_way_at_once() -> None:
    before = children()
    sandbox = Sandbox(processes=2, worker="hostile_worker")
    futures = [sandbox.submit(lambda: Document("a.txt", b"sleep", "a")) for _ in range(5)]
    assert soon(lambda: len(children()) == len(before) + 2)
    began = time.monotonic()
    sandbox.close()
    assert time.monotonic() - began < 2
    assert all(future.done() for future in futures)
    assert children() == before


@pytest.mark.parametrize("worker", ["no_such_module", "json.tool"])
def test_without_a_process_nothing_is_parsed(worker: str) -> None:
    before = children()
    with Sandbox(worker=worker) as sandbox, pytest.raises(SandboxUnavailable, match="could not be started") as caught:
        done(sandbox, "print")
    assert isinstance(caught.value, ArticleQAError)
    assert children() == before


def test_without_an_interpreter_nothing_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with Sandbox() as sandbox, pytest.raises(SandboxUnavailable, match="No such file"):
        done(sandbox, "print")


KILLED = """
import os
from index.loaders.limits import Limits
from index.loaders.messages import Document
from index.loaders.sandbox import Sandbox
with Sandbox(processes=1, worker="hostile_worker") as sandbox:
    (told,) = sandbox.parse(Document("a.txt", b"tell", "a"))
    print(told.title, flush=True)
    sandbox.parse(Document("a.txt", b"sleep", "a"))
"""


def test_a_killed_parent_leaves_no_process_behind() -> None:
    path = os.pathsep.join(sys.path)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        time.sleep(0.3)  # until it is in the middle of a document
        assert is_running(process)
        parent.kill()
        assert soon(lambda: not is_running(process), 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Kim to visit\n\n\U0001f600 \N{COMBINING ACUTE ACCENT} words\r\n"),
        ("a.md", "---\ntitle: T\nauthors: [A, B]\n---\n# Head\n\nWords *and* words."),
        ("a.html", "<html><body><article><p>" + "The cat sat on the mat. " * 20 + "</p></article></body></html>"),
        ("a.jsonl", '{"text": "One."}\n{"text": "\\ud800 Two."}\n{"source": "\\ud800", "text": "Three"}\nbad\n'),
        ("a.docx", "PK"),
        ("a.txt", ""),
    ],
)
def test_what_comes_back_is_what_parsing_gives(name: str, content: str) -> None:
    data = content.encode()
    with Sandbox() as sandbox:
        assert sandbox.parse(Document(name, data, "/news/a")) == parse(name, data, "/news/a")


def test_twenty_megabytes_are_read_within_the_limits() -> None:
    data = ("\U0001f600 кот сидел на the mat\r\n" * 600_000).encode()[:20_000_000]
    data = data.decode("utf-8", "ignore").encode()
    with Sandbox() as sandbox:
        (article,) = sandbox.parse(Document("a.txt", data, "a"))
    assert isinstance(article, Article)
    assert article.text.encode() == data.replace(b"\r\n", b"\n")
