"""The server: who may talk to it, what it answers, and what it takes from the environment."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import NoReturn

import httpx
import pytest
from serving import Served

from index.errors import InputRejected, RejectionReason
from ui.middleware import JSON_LIMIT, UPLOAD_LIMIT
from ui.server import prepare_environment, serve

JOIN = "/gradio_api/queue/join"
UPLOAD = "/gradio_api/upload"


@pytest.fixture
def client(starter_page: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=starter_page.address, timeout=30) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", "/nothing", UPLOAD])
def test_every_response_says_what_the_page_may_load(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(directive.split(" ", 1) for directive in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST:7860"])
def test_its_own_hosts_are_served(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "0.0.0.0", "localhost.", "[::2]", ""])
def test_other_hosts_are_refused(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400


def test_its_own_origin_is_served(client: httpx.Client, starter_page: Served) -> None:
    assert client.get("/", headers={"Origin": starter_page.address}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", ""])
@pytest.mark.parametrize(("method", "path"), [("GET", "/config"), ("POST", JOIN), ("POST", UPLOAD), ("OPTIONS", JOIN)])
def test_other_origins_are_refused_and_never_reflected(
    client: httpx.Client, method: str, path: str, origin: str
) -> None:
    response = client.request(method, path, headers={"Origin": origin})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://example.org/",
        "/gradio_api/stream/a/b/c/playlist.m3u8",
        "/gradio_api/dev/reload",
        "/gradio_api/mcp/",
        "/gradio_api/vibe-code/",
        "/gradio_api/run-history/buckets",
        "/gradio_api/runs",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/monitoring",
        "/monitoring/summary",
        "/openapi.json",
        "/docs",
        "/login",
    ],
)
def test_routes_that_the_page_does_not_need_are_closed(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../../../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static//etc/passwd",
        "/assets/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    ],
)
def test_no_file_of_the_machine_is_served(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code in {403, 404}
    assert "root:" not in response.text


def test_a_json_body_that_is_too_long_is_refused_by_its_declared_length(client: httpx.Client) -> None:
    response = client.post(JOIN, content=b"x" * (JSON_LIMIT + 1))
    assert response.status_code == 413
    assert response.text == "More than 1 MB at once; send less."


def test_a_body_of_undeclared_length_is_refused_at_the_limit(client: httpx.Client) -> None:
    assert client.post(JOIN, content=iter([b"x" * JSON_LIMIT, b"x"])).status_code == 413


def test_files_that_are_too_long_together_are_refused(client: httpx.Client) -> None:
    files = [("files", (f"{number}.txt", b"x" * (UPLOAD_LIMIT // 5))) for number in range(5)]
    response = client.post(UPLOAD, files=files)  # a little more than the limit, with the lines between the files
    assert response.status_code == 413
    assert response.text == "More than 25 MB at once; send less."
    assert client.post(UPLOAD, files=files[:4]).status_code == 200


def test_variables_of_the_environment_open_nothing(client: httpx.Client) -> None:
    """The server runs with HOSTILE_ENVIRONMENT."""
    config = client.get("/config").json()
    assert config["root"] == str(client.base_url).rstrip("/")
    assert config["footer_links"] == []
    assert (config["run_history"], config["vibe_mode"], config["dev_mode"]) == (False, False, False)
    assert config["mcp_server"] is False


def test_a_question_is_answered_as_the_page_asks_it(client: httpx.Client) -> None:
    functions = client.get("/config").json()["dependencies"]
    asking = next(function["id"] for function in functions if [*function["targets"], [None, ""]][0][1] == "submit")
    body = {"data": ["Where did the rescue happen?", None], "fn_index": asking, "session_hash": "session"}
    assert client.post(JOIN, json=body).status_code == 200
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "session"}) as stream:
        messages = [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line]
    completed = next(message for message in messages if message["msg"] == "process_completed")
    conversation, turns, *_ = completed["output"]["data"]
    assert "The <mark>rescue</mark> ended an ordeal of 18 days" in conversation
    assert turns is None  # what a conversation remembers stays on the server


def test_prepare_environment_drops_and_sets_variables() -> None:
    environment = {"GRADIO_SHARE": "True", "gradio_allowed_paths": "/", "GRADIO_FUTURE": "1", "HOME": "/home/ada"}
    prepare_environment("/tmp/uploads", environment=environment)
    assert environment == {
        "HOME": "/home/ada",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_TEMP_DIR": "/tmp/uploads",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
    }


def test_a_model_to_download_leaves_the_hub_reachable() -> None:
    environment: dict[str, str] = {}
    prepare_environment("/tmp/uploads", offline=False, environment=environment)
    assert "HF_HUB_OFFLINE" not in environment


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1.evil.example"])
def test_a_host_that_others_can_reach_is_refused(host: str) -> None:
    with pytest.raises(InputRejected) as refused:
        serve(_never, host=host, announce=_never)
    assert refused.value.reason is RejectionReason.OPTION
    assert str(refused.value) == (
        f"The chat has no login, so it is served to this machine only: use --host 127.0.0.1 instead of {host}."
    )


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputRejected) as refused:
            serve(_never, port=port, announce=_never)
    assert str(refused.value) == (
        f"Port {port} on 127.0.0.1 cannot be used (Address already in use): choose another one with --port."
    )


def _never(*_: object) -> NoReturn:
    raise AssertionError("nothing may be opened before the host and the port are known to be good")
