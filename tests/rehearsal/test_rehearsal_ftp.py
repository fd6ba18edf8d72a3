"""The FTP side: what can be seen, resumed and checked, and how it breaks."""

from __future__ import annotations

import ftplib
import hashlib
import io
import ssl
import time

import pytest

from fairsubmit.rehearsal import EmbeddedArchive

CONTENT = bytes(range(256)) * 4096 * 2  # 2 MiB
BROKEN = (ConnectionError, EOFError)


@pytest.fixture
def session(client):
    opened = client.ftp()
    yield opened
    opened.close()


def store(session, name, content=CONTENT, rest=None, command="STOR"):
    session.storbinary(f"{command} {name}", io.BytesIO(content), rest=rest)


def features(session):
    return [line.strip() for line in session.sendcmd("FEAT").splitlines()[1:-1]]


def test_the_shared_account_is_not_a_persons_own(archive, client):
    session = ftplib.FTP()
    session.connect(archive.ftp_host, archive.ftp_port)
    with pytest.raises(ftplib.error_perm, match="530"):
        session.login(archive.email, archive.account_password)
    session.close()


@pytest.mark.parametrize("command", ["NLST", "LIST", "MLSD", "STAT /"])
def test_the_root_cannot_be_listed(client, session, command):
    secret = client.profile["secret"]
    for folder in ("/", "/" + secret.partition("/")[0]):
        session.cwd(folder)
        with pytest.raises(ftplib.error_perm, match="550"):
            session.retrlines(command, lambda line: None)
    session.cwd("/" + secret)
    assert session.nlst() == []


def test_nothing_can_be_written_above_the_secret_folders(session):
    session.cwd("/")
    with pytest.raises(ftplib.error_perm, match="550"):
        session.mkd("new")
    with pytest.raises(ftplib.error_perm, match="550"):
        store(session, "file")


def test_the_secret_folder_cannot_be_removed_or_renamed(client, session):
    secret = "/" + client.profile["secret"]
    with pytest.raises(ftplib.error_perm, match="550"):
        session.rmd(secret)
    with pytest.raises(ftplib.error_perm, match="550"):
        session.rename(secret, secret + "x")


def test_another_secret_folder_needs_to_be_known(client, bo, session):
    """The account is shared: who knows the folder is in."""
    session.cwd("/" + bo.profile["secret"])
    store(session, "x", b"1")
    assert bo.names() == ["x"]
    with pytest.raises(ftplib.error_perm, match="550"):
        session.cwd("/00/not-there-a9")


def test_http_and_ftp_show_the_same_tree(archive, client, session):
    session.mkd("a")
    store(session, "a/ftp.tif")
    client.upload("a", "http.tif", b"1")
    rows = client.call("POST", "/files/user/query", {"path": "a"}).json
    assert [(row["name"], row["size"]) for row in rows] == [
        ("ftp.tif", len(CONTENT)),
        ("http.tif", 1),
    ]
    assert sorted(session.nlst("a")) == ["ftp.tif", "http.tif"]
    session.voidcmd("TYPE I")
    assert session.size("a/http.tif") == 1
    facts = dict(session.mlsd("a"))
    assert facts["http.tif"]["size"] == "1"
    session.delete("a/ftp.tif")
    session.rename("a/http.tif", "a/other.tif")
    assert client.names("a") == ["other.tif"]
    read = io.BytesIO()
    session.retrbinary("RETR a/other.tif", read.write)
    assert read.getvalue() == b"1"


def test_resuming_at_a_byte(archive, session):
    assert "REST STREAM" in features(session)
    store(session, "m.tif", CONTENT[:1_000_000])
    assert session.size("m.tif") == 1_000_000
    store(session, "m.tif", CONTENT[1_000_000:1_500_000], rest=1_000_000)
    store(session, "m.tif", CONTENT[1_500_000:], command="APPE")
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT
    uploads = archive.statistics.report()["uploads"]["m.tif"]
    assert uploads["bytes"] == len(CONTENT)
    assert [one["offset"] for one in uploads["transfers"]] == [0, 1_000_000, 1_500_000]
    with pytest.raises(ftplib.error_perm, match="554"):
        store(session, "m.tif", b"x", rest=len(CONTENT) + 1)
    store(session, "m.tif", b"new")
    assert session.size("m.tif") == 3


def test_a_server_that_cannot_resume(archive, client, session):
    archive.faults.set({"ftp_resume": False})
    assert "REST STREAM" not in features(session)
    store(session, "m.tif", b"123")
    with pytest.raises(ftplib.error_perm, match="502"):
        store(session, "m.tif", b"4", rest=3)
    with pytest.raises(ftplib.error_perm, match="502"):
        store(session, "m.tif", b"4", command="APPE")
    assert session.size("m.tif") == 3


def test_digests_when_the_server_has_them(archive, session):
    store(session, "a b.tif")
    with pytest.raises(ftplib.error_perm, match="502"):
        session.sendcmd("HASH a b.tif")
    archive.faults.set({"ftp_hash": True})
    known = features(session)
    assert "HASH SHA-1;SHA-256*;SHA-512;MD5" in known
    assert {"XSHA256", "RANG STREAM"} < set(known)
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert session.sendcmd("HASH a b.tif") == (
        f"213 SHA-256 0-{len(CONTENT)} {digest} a b.tif"
    )
    assert session.sendcmd("XSHA256 a b.tif") == f"250 {digest.upper()}"
    part = hashlib.sha256(CONTENT[10:1000]).hexdigest()
    assert session.sendcmd("XSHA256 a b.tif 10 1000") == f"250 {part.upper()}"
    assert session.sendcmd("RANG 10 1000").startswith("350")
    assert session.sendcmd("HASH a b.tif").startswith(f"213 SHA-256 10-1000 {part} ")
    assert session.sendcmd("OPTS HASH") == "200 SHA-256"
    assert session.sendcmd("OPTS HASH MD5") == "200 MD5"
    md5 = hashlib.md5(CONTENT).hexdigest()
    assert session.sendcmd("HASH a b.tif").startswith(f"213 MD5 0-{len(CONTENT)} {md5}")
    with pytest.raises(ftplib.error_perm, match="501"):
        session.sendcmd("OPTS HASH CRC")
    with pytest.raises(ftplib.error_perm, match="550"):
        session.sendcmd("HASH nothing.tif")
    with pytest.raises(ftplib.error_perm, match="550"):
        session.sendcmd("XSHA256 ../../../state/server.json")
    store(session, "empty", b"")
    session.sendcmd("OPTS HASH SHA-256")
    nothing = hashlib.sha256(b"").hexdigest()
    assert session.sendcmd("HASH empty").startswith(f"213 SHA-256 0-0 {nothing} ")


def test_digests_of_large_files_keep_nobody_waiting(archive, client, session):
    archive.faults.set({"ftp_hash": True})
    with (archive.stored() / "large").open("wb") as file:
        file.truncate(100 * 1024**2)
    session.putcmd("XSHA256 large")
    other = client.ftp()
    began = time.monotonic()
    other.voidcmd("NOOP")
    waited = time.monotonic() - began
    other.close()
    answer = session.getresp()
    assert answer.startswith("250 20492A4D0D84F8BEB1767F6616229F85D44C2827")
    assert waited < 5


@pytest.mark.parametrize("how", ["rst", "fin"])
@pytest.mark.parametrize("at", [0, 1, 1_000_001])
def test_a_transfer_cut_at_a_byte_keeps_what_arrived(archive, client, session, how, at):
    archive.faults.set({"cut_upload": {"at": at, "how": how}})
    with pytest.raises(BROKEN):
        store(session, "m.tif")
    with pytest.raises(BROKEN):
        session.voidcmd("NOOP")  # the control connection ended too
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT[:at]
    again = client.ftp()
    assert again.size("m.tif") == at
    store(again, "m.tif", CONTENT[at:], rest=at)
    again.quit()
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT
    assert archive.statistics.report()["uploads"]["m.tif"]["bytes"] == len(CONTENT)


def test_a_client_that_vanishes_leaves_what_arrived(archive, client, session):
    with session.transfercmd("STOR m.tif") as data:
        data.sendall(CONTENT[:777_777])
        session.close()
    other = client.ftp()
    deadline = time.monotonic() + 10
    while (other.size("m.tif") or 0) < 777_777:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT[:777_777]
    other.quit()


def test_success_and_nothing_stored(archive, session):
    archive.faults.set({"lose_upload": {"protocol": "ftp"}})
    store(session, "m.tif")
    assert session.nlst() == []
    store(session, "m.tif")
    assert session.nlst() == ["m.tif"]


def test_success_and_only_the_beginning_stored(archive, session):
    archive.faults.set({"truncate_upload": {"to": 300_001}})
    store(session, "m.tif")
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT[:300_001]


def test_success_and_one_bit_wrong(archive, session):
    archive.faults.set({"corrupt_upload": {"at": 1_234_567}})
    store(session, "m.tif")
    stored = (archive.stored() / "m.tif").read_bytes()
    assert len(stored) == len(CONTENT)
    assert stored[1_234_567] == CONTENT[1_234_567] ^ 1
    assert stored[:1_234_567] == CONTENT[:1_234_567]


@pytest.mark.parametrize("how", ["rst", "fin"])
def test_the_reply_is_lost_after_the_file_is_stored(archive, client, session, how):
    archive.faults.set({"drop_reply": {"endpoint": "FTP STOR", "how": how}})
    with pytest.raises(BROKEN):
        store(session, "m.tif")
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT
    again = client.ftp()
    store(again, "m.tif", b"x")
    again.quit()


def test_a_stall(archive, client, session):
    archive.faults.set({"stall_upload": {"at": 100_000, "seconds": 60}})
    session.sock.settimeout(0.5)
    with session.transfercmd("STOR m.tif") as data:
        data.settimeout(0.5)
        with pytest.raises(TimeoutError):
            data.sendall(CONTENT * 32)
    session.close()


def test_a_stall_ends(archive, session):
    archive.faults.set({"stall_upload": {"at": 100_000, "seconds": 0.3}})
    began = time.monotonic()
    store(session, "m.tif")
    assert time.monotonic() - began > 0.25
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT


def test_a_slow_server(archive, session):
    archive.faults.set({"throttle_upload": {"bytes_per_second": 4.0 * len(CONTENT)}})
    began = time.monotonic()
    store(session, "m.tif")
    assert time.monotonic() - began > 0.15
    assert (archive.stored() / "m.tif").read_bytes() == CONTENT


def test_a_command_is_refused(archive, session):
    archive.faults.set({"ftp_refusal": {"command": "STOR", "reply": "552 Disk full."}})
    with pytest.raises(ftplib.error_perm, match="552 Disk full"):
        store(session, "m.tif")
    store(session, "m.tif")
    assert session.size("m.tif") == len(CONTENT)


def test_tls_when_it_is_switched_on(tmp_path, connect):
    pytest.importorskip("OpenSSL")
    with EmbeddedArchive(tmp_path, ftps=True) as archive:
        client = connect(archive)
        trusted = ssl.create_default_context(cafile=str(archive.certificate))
        session = ftplib.FTP_TLS(context=trusted)
        session.connect(archive.ftp_host, archive.ftp_port, timeout=20)
        session.login(archive.user, archive.password)
        session.prot_p()
        assert "AUTH TLS" in features(session)
        session.cwd("/" + client.profile["secret"])
        store(session, "m.tif")
        assert session.size("m.tif") == len(CONTENT)
        assert (archive.stored() / "m.tif").read_bytes() == CONTENT
        archive.faults.set({"cut_upload": {"at": 500_000}})
        with pytest.raises((*BROKEN, ssl.SSLError)):
            store(session, "n.tif")
        session.close()
        assert (archive.stored() / "n.tif").read_bytes() == CONTENT[:500_000]
        plain = client.ftp()  # nobody is forced
        store(plain, "p.tif", b"1")
        plain.quit()


def test_there_may_be_no_ftp(tmp_path):
    with EmbeddedArchive(tmp_path, ftp=False) as archive:
        assert archive.ftp_port == 0
        assert archive.http_port
