"""Servers on loopback that the upload rows are measured against.

They are chosen so that the client is what differs: ProFTPD for FTP, and for HTTP a
sink that reads a request body as fast as it can, whatever the method, and keeps it
in a file. Ours and the peer talk to the very same server.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.testing.ports import stable_port

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, PASSWORD = "depositor", "not-a-secret"


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(20)


def ftp_server_name() -> str:
    """Return the FTP server that will be used here."""
    return "ProFTPD" if _proftpd() else "pyftpdlib"


def _proftpd() -> str | None:
    return shutil.which("proftpd", path=os.environ.get("PATH", "") + ":/usr/sbin")


@contextlib.contextmanager
def ftp_server(folder: Path, home: Path) -> Iterator[int]:
    """Start ProFTPD where it is installed, else pyftpdlib; yield its port."""
    port = stable_port()
    home.mkdir(parents=True, exist_ok=True)
    program = _proftpd()
    if program is None:
        command = [sys.executable, "-m", "pyftpdlib", "-i", "127.0.0.1"]
        command += ["-p", str(port), "-d", str(home), "-w"]
        command += ["-u", USER, "-P", PASSWORD]
    else:
        config = _proftpd_config(folder, home, port)
        command = [program, "-n", "-q", "-c", str(config)]
    with running(command, port):
        yield port


def _proftpd_config(folder: Path, home: Path, port: int) -> Path:
    me = pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(me.pw_gid).gr_name
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", PASSWORD],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    users = folder / "users"
    users.write_text(f"{USER}:{hashed}:{me.pw_uid}:{me.pw_gid}:x:{home}:/bin/sh\n")
    users.chmod(0o600)
    config = folder / "proftpd.conf"
    config.write_text(
        textwrap.dedent(f"""\
            ServerName bench
            ServerType standalone
            DefaultAddress 127.0.0.1
            SocketBindTight on
            Port {port}
            User {me.pw_name}
            Group {group}
            RootLogin on
            UseIPv6 off
            UseReverseDNS off
            AuthOrder mod_auth_file.c
            AuthUserFile {users}
            AuthPAM off
            RequireValidShell off
            PidFile {folder}/proftpd.pid
            ScoreboardFile {folder}/scoreboard
            SystemLog {folder}/system.log
            WtmpLog off
            AllowOverwrite on
            AllowStoreRestart on
            MaxInstances 100
            <IfModule mod_delay.c>
              DelayEngine off
            </IfModule>
            <IfModule mod_ctrls.c>
              ControlsEngine off
            </IfModule>
            """)
    )
    return config


@contextlib.contextmanager
def sink_server(store: Path) -> Iterator[int]:
    """Start the HTTP sink in a process of its own; yield its port."""
    port = stable_port()
    store.mkdir(parents=True, exist_ok=True)
    sink = Path(__file__).with_name("sink.py")
    with running([sys.executable, str(sink), str(port), str(store)], port):
        yield port
