"""A deposit survives whatever ends it, and sends next to nothing twice.

256 MiB travel to the embedded archive while the client is killed, the server is
killed, connections are reset, and replies are lost after the bytes were stored; each
at least 20 times. Then every stored byte is compared, there is one draft, and the
archive's own count says how many bytes arrived more than once.

The unit of resuming is a byte over FTP, and one file over the form, which has no
resume (BioStudies has no range requests).
"""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Files = dict[str, int]
    # `Site` of the conftest beside this file.
    MakeSite = Callable[..., Any]

MIB = 1 << 20
SIZE = 256 * MIB
TIMES = 20
ONE = {"raw/movie.bin": SIZE}
MANY = {f"raw/movie{number:02}.bin": 4 * MIB for number in range(64)}
# The bytes that may be sent again for each interruption.
CHUNK = {"ftp": MIB, "form": 4 * MIB}
SLOW = {"bytes_per_second": 48 * MIB}
# Small enough that 20 interruptions always find an upload under way.
STEP = SIZE // (TIMES + 4)

pytestmark = pytest.mark.slow

protocols = pytest.mark.parametrize(
    ("upload", "files"), [("ftp", ONE), ("form", MANY)], ids=["ftp", "form"]
)


def wait_until(
    condition: Callable[[], bool], seconds: float, pause: float = 0.01
) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return False


def assert_little_sent_twice(site: Any, interruptions: int) -> None:
    again = site.received() - site.size
    allowed = interruptions * CHUNK[site.upload]
    assert again <= allowed, f"{again:,} bytes sent twice, {allowed:,} allowed"
    print(f"{site.upload}: {again:,} bytes twice in {interruptions} interruptions")


def arrives(site: Any, more: int, process: Any = None) -> bool:
    """Wait until so many more bytes have arrived, or the process has ended."""
    goal = site.received() + more

    def ended() -> bool:
        return process is not None and process.poll() is not None

    return wait_until(lambda: ended() or site.received() > goal, 90) and not ended()


@protocols
def test_client_killed(make_site: MakeSite, upload: str, files: Files) -> None:
    site = make_site(upload, files, throttle_upload=SLOW)
    chance = random.Random(upload)
    for kill in range(TIMES):
        process = site.submit()
        if kill % 5 == 4:  # at any moment: while it starts, hashes, opens the draft
            time.sleep(chance.uniform(0.05, 1.5))
        else:
            assert arrives(site, chance.randrange(STEP), process)
        assert process.poll() is None, process.communicate()
        process.kill()
        process.communicate()
    site.finish(site.submit())
    site.check()
    assert_little_sent_twice(site, TIMES)


@protocols
def test_server_killed(make_site: MakeSite, upload: str, files: Files) -> None:
    site = make_site(upload, files, throttle_upload=SLOW)
    chance = random.Random(upload)
    process = site.submit()
    for _ in range(TIMES):
        assert arrives(site, chance.randrange(STEP), process)
        site.server.kill9()
        site.server.start()
    site.finish(process)
    site.check()
    # What the server had taken but not yet counted or stored when it died.
    assert_little_sent_twice(site, TIMES)


@pytest.mark.parametrize("how", ["rst", "fin"])
def test_ftp_connection_cut(make_site: MakeSite, how: str) -> None:
    cut = {"at": STEP // 2, "how": how, "times": TIMES, "path": "*.bin"}
    site = make_site("ftp", ONE, cut_upload=cut)
    site.finish(site.submit())
    site.check()
    assert_little_sent_twice(site, TIMES)


@pytest.mark.parametrize("how", ["rst", "fin"])
def test_form_connection_cut(make_site: MakeSite, how: str) -> None:
    """Another file each time: one that brings no progress is tried ever more rarely."""

    def cut(path: str) -> dict[str, Any]:
        return {"at": 3 * MIB, "how": how, "times": 1, "path": f"*/{path}"}

    def sent_again() -> set[str]:
        uploads = site.server.stats()["uploads"]
        return {
            path.partition("/")[2]
            for path, upload in uploads.items()
            if len(upload["transfers"]) > 1
        }

    paths = list(MANY)[:: len(MANY) // TIMES][:TIMES]
    site = make_site("form", MANY, cut_upload=cut(paths[0]), throttle_upload=SLOW)
    process = site.submit()
    followers = [*paths[1:], None]
    for number, following in enumerate(followers, start=1):
        assert wait_until(lambda n=number: len(sent_again()) >= n, 90)  # type: ignore[misc]
        # There are files between the two, so that the second is not under way yet.
        site.server.set_faults(cut_upload=cut(following) if following else None)
    site.finish(process)
    site.check()
    assert sent_again() == set(paths)
    assert_little_sent_twice(site, TIMES)


@pytest.mark.parametrize("upload", ["ftp", "form"])
def test_reply_lost_after_storing(make_site: MakeSite, upload: str) -> None:
    files = MANY  # each file that is stored has a reply that can be lost
    endpoint = "FTP STOR" if upload == "ftp" else "POST /files/user/upload"
    site = make_site(
        upload, files, drop_reply={"endpoint": endpoint, "times": TIMES, "how": "rst"}
    )
    site.finish(site.submit())
    site.check()
    assert_little_sent_twice(site, TIMES)
    if upload == "ftp":
        assert site.received() == site.size, "the server was asked before sending again"


@protocols
def test_file_changed_during_upload(
    make_site: MakeSite, upload: str, files: Files
) -> None:
    site = make_site(upload, files, throttle_upload={"bytes_per_second": 32 * MIB})
    process = site.submit()
    assert wait_until(lambda: site.received() > 4 * MIB, 60)
    victim = site.dataset / list(files)[-1]
    with victim.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 6, err
    assert victim.name in err
    assert "Traceback" not in err
    assert "changed" in err
    requests = site.server.stats()["requests"]
    assert not any("/submit" in name for name in requests), requests
    assert "accession" not in out


def test_interrupted_by_the_keyboard(make_site: MakeSite) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no SIGINT for one process")
    import signal

    site = make_site("ftp", ONE, throttle_upload=SLOW)
    process = site.submit()
    assert wait_until(lambda: site.received() > 4 * MIB, 60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "submit" in err, "it says which command goes on"
    site.finish(site.submit())
    site.check()
    assert_little_sent_twice(site, 1)
