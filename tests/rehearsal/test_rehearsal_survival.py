"""The archive as a process: killed, started again, and small in memory."""

from __future__ import annotations

import ftplib
import http.client
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from tests.servers.embedded import Server

from fairsubmit.errors import ConfigError
from fairsubmit.rehearsal import EmbeddedArchive

MIB = 1024**2


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path / "archive") as running:
        yield running


def test_everything_survives_a_kill(server, connect):
    client = connect(server)
    study = client.deposit()
    draft = client.draft({"a": 1})
    server.kill9()
    server.restart()
    assert client.call("GET", "/auth/profile").status == 200  # the token is still good
    assert client.status(study) == "POST_PROCESSED"
    assert client.call("GET", f"/submissions/drafts/{draft}/content").json == {"a": 1}
    assert client.names("movies") == ["m1.tif", "m2.tif"]
    assert client.draft() == "S-BIAD9003"
    client.call("POST", "/auth/logout", {"sessid": client.token})
    server.kill9()
    server.restart()
    assert client.call("GET", "/auth/profile").status == 401


def test_processing_goes_on_after_a_kill(server, connect):
    client = connect(server)
    client.put_movies()
    key = client.draft()
    assert client.submit(key).status == 200
    seen = []
    for polls in (1, 8, 1, 3):
        seen += [client.status(key) for _ in range(polls)]
        server.kill9()
        server.restart()
    assert seen[0] == "SUBMITTED"
    assert seen[8:10] == ["FILES_COPIED", "CHECK_RELEASED"]
    assert seen[-1] == "POST_PROCESSED"


def test_a_killed_server_keeps_what_arrived_over_ftp(server, connect):
    client = connect(server)
    content = os.urandom(8 * MIB)
    server.set_faults(throttle_upload={"bytes_per_second": 16.0 * MIB})
    session = client.ftp()
    killer = threading.Timer(0.2, server.kill9)
    killer.start()
    with pytest.raises((ConnectionError, EOFError)):
        session.storbinary("STOR m.bin", io.BytesIO(content))
    killer.join()
    session.close()
    stored = server.stored("m.bin").read_bytes()
    assert 0 < len(stored) < len(content)
    assert stored == content[: len(stored)]
    server.restart()
    again = client.ftp()
    assert again.size("m.bin") == len(stored)
    again.storbinary("STOR m.bin", io.BytesIO(content[len(stored) :]), rest=len(stored))
    again.quit()
    assert server.stored("m.bin").read_bytes() == content
    # the counters also knew of the killed transfer
    upload = server.stats()["uploads"]["m.bin"]
    assert len(upload["transfers"]) == 2
    assert len(content) <= upload["bytes"] <= len(content) + MIB


def test_a_killed_server_keeps_nothing_of_half_an_upload_over_http(server, connect):
    client = connect(server)
    client.upload("a", "m.bin", b"before")
    server.set_faults(stall_upload={"at": 5 * MIB, "seconds": 60})
    killer = threading.Timer(0.3, server.kill9)
    killer.start()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        client.upload("a", "m.bin", bytes(8 * MIB))
    killer.join()
    server.restart()
    assert server.stored("a/m.bin").read_bytes() == b"before"
    assert not list((server.folder / "incoming").iterdir())
    assert client.upload("a", "m.bin", b"after").status == 200


def test_memory_does_not_grow_with_the_file(server, connect):
    psutil = pytest.importorskip("psutil")
    client = connect(server)
    process = psutil.Process(server.pid)
    sparse = server.folder / "sparse"
    with sparse.open("wb") as file:
        file.truncate(256 * MIB)
    head = b'--x\r\nContent-Disposition: form-data; name="filePath"\r\n\r\na\r\n--x\r\n'
    head += b'Content-Disposition: form-data; name="files"; filename="m.bin"\r\n\r\n'
    tail = b"\r\n--x--\r\n"
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port)
    connection.putrequest("POST", "/biostudies/submissions/api/files/user/upload")
    connection.putheader("X-Session-Token", client.token)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    length = len(head) + 256 * MIB + len(tail)
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    connection.send(head)
    largest = 0
    block = bytes(MIB)
    for _ in range(256):
        connection.send(block)
        largest = max(largest, process.memory_info().rss)
    connection.send(tail)
    assert connection.getresponse().status == 200
    connection.close()
    assert server.stored("a/m.bin").stat().st_size == 256 * MIB
    assert largest < 100 * MIB


def test_a_terminated_server_ends_with_0_and_says_nothing(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "fairsubmit.rehearsal"]
    process = subprocess.Popen(
        [*command, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["api_url"].startswith(
        "http://127.0.0.1:"
    )
    process.terminate()
    out, err = process.communicate(timeout=20)
    if os.name == "posix":
        assert process.returncode == 0
    assert (out, err) == ("", "")


def test_wrong_options_are_one_sentence(tmp_path):
    command = [sys.executable, "-m", "fairsubmit.rehearsal", str(tmp_path)]
    done = subprocess.run(
        [*command, "--faults", '{"no_such": 1}'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("the embedded archive has no fault named 'no_such'")
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_a_configuration_error(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for ports in ({"http_port": port}, {"ftp_port": port}):
            with pytest.raises(ConfigError, match="cannot listen"):
                EmbeddedArchive(tmp_path, **ports).start()


def test_connections_that_stay_open_do_not_keep_the_archive(tmp_path, connect):
    archive = EmbeddedArchive(tmp_path)
    archive.start()
    client = connect(archive)
    session = client.ftp()
    data = session.transfercmd("STOR m.bin")
    data.sendall(b"abc")
    idle = socket.create_connection(("127.0.0.1", archive.http_port))
    began = time.monotonic()
    archive.stop()
    assert time.monotonic() - began < 5
    archive.stop()  # twice is no matter
    for one in (data, idle):
        one.close()
    session.close()


def test_a_missing_extra_is_named_with_its_remedy(tmp_path):
    code = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from fairsubmit.rehearsal import EmbeddedArchive\n"
        "from fairsubmit.errors import MissingExtraError\n"
        f"try: EmbeddedArchive({str(tmp_path)!r}).start()\n"
        "except MissingExtraError as error: print(error, '|', error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "the embedded archive needs uvicorn, which is not installed "
        "| pip install 'fairsubmit[rehearsal]'\n"
    )


def test_importing_it_needs_no_extra():
    code = (
        "import sys, fairsubmit.rehearsal\n"
        "print({'uvicorn', 'starlette', 'pyftpdlib'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_many_clients_at_once(server, connect):
    client = connect(server)
    content = os.urandom(MIB)
    failures = []

    def work(number):
        try:
            session = client.ftp()
            session.storbinary(f"STOR f{number}.bin", io.BytesIO(content))
            session.quit()
            assert client.upload("h", f"{number}.bin", content).status == 200
        except (AssertionError, OSError, ftplib.Error) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for number in range(16):
        assert server.stored(f"f{number}.bin").read_bytes() == content
        assert server.stored(f"h/{number}.bin").read_bytes() == content
    assert server.stats()["bytes"] == 32 * MIB
