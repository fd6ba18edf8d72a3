"""What every upload protocol has to do: one suite for all of them.

Subclass `TransportContract` in a test module, name the fixtures it needs, and run
it against a real server. What is tested here is what the transfer engine relies on.
"""

from __future__ import annotations

import gc
import hashlib
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import (
    FairsubmitError,
    FileChangedError,
    ReadError,
    UploadExpiredError,
)
from fairsubmit.testing.bodies import (
    BytesBody,
    OverstatedBody,
    ZeroBody,
    content_of,
    finish,
    send,
    write_missing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fairsubmit.transports.base import Transport

__all__ = ["TransportContract"]


class TransportContract:
    """The suite; its subclasses are tests.

    Fixtures to give:

    ``transport``
        A transport to an empty folder.
    ``stored``
        Called with a path relative to that folder; returns what the server has of it
        as bytes, ``None`` if there is no such file.
    ``another``
        Called without arguments; returns a second transport to the same folder, as
        another process would have it. ``None`` if there can be none.
    """

    #: Words that may stand in no handle, no representation and no message.
    secrets: Sequence[str] = ()
    #: False where the server itself keeps all in this process's memory.
    constant_memory: bool = True

    @pytest.fixture
    def transport(self) -> Transport:
        """Give a transport to an empty folder.

        Raises
        ------
        NotImplementedError
            Here; subclasses do.
        """
        raise NotImplementedError

    @pytest.fixture
    def stored(self) -> Callable[[str], bytes | None]:
        """Give the way to look at what is stored.

        Raises
        ------
        NotImplementedError
            Here; subclasses do.
        """
        raise NotImplementedError

    @pytest.fixture
    def another(self) -> Callable[[], Transport] | None:
        """Give the way to another transport to the same folder."""
        return None

    def step(self, transport: Transport) -> int:
        """Return a size at which something may change: the chunk's."""
        return transport.properties.chunk_size or 1 << 16

    @pytest.mark.parametrize(
        ("chunks", "more"), [(0, 0), (0, 1), (1, -1), (1, 0), (1, 1), (3, 7)]
    )
    def test_files_arrive_whole(
        self,
        transport: Transport,
        stored: Callable[[str], bytes | None],
        chunks: int,
        more: int,
    ) -> None:
        """Empty files, one byte, and sizes around a chunk."""
        content = content_of(max(0, chunks * self.step(transport) + more))
        said = send(transport, "file.bin", content)
        assert stored("file.bin") == content
        assert said.size in {None, len(content)}
        for algorithm, digest in said.digests.items():
            assert digest == hashlib.new(algorithm, content).hexdigest()

    @pytest.mark.parametrize(
        "path",
        [
            "a b.tif",
            "image (1) - Copy.tif",
            "deep/er/and deeper/x.tif",
            "it's_a!*'().bin",
            "-leading.bin",
            ".hidden/.file",
            "UPPER/upper/Upper.TIF",
            "n" * 200,
        ],
    )
    def test_names_people_use(
        self,
        transport: Transport,
        stored: Callable[[str], bytes | None],
        path: str,
    ) -> None:
        """Names with spaces, parentheses and folders arrive as they are."""
        send(transport, path, b"content of " + path.encode())
        assert stored(path) == b"content of " + path.encode()

    @pytest.mark.parametrize("size", [0, 1, 50_000])
    def test_a_longer_file_of_the_same_name_is_replaced(
        self,
        transport: Transport,
        stored: Callable[[str], bytes | None],
        size: int,
    ) -> None:
        """Nothing of the earlier file is left behind."""
        send(transport, "folder/file.bin", content_of(100_000, "old"))
        content = content_of(size, "new")
        send(transport, "folder/file.bin", content)
        assert stored("folder/file.bin") == content

    def test_a_file_of_the_same_size_is_replaced_by_another_process(
        self,
        transport: Transport,
        another: Callable[[], Transport] | None,
        stored: Callable[[str], bytes | None],
    ) -> None:
        """What an earlier upload left is not taken for this one."""
        if another is None:
            pytest.skip("the server lives in this process only")
        send(transport, "folder/file.bin", content_of(70_000, "old"))
        handle = another().create("folder/file.bin", 70_000)
        content = content_of(70_000, "new")
        last = another()
        write_missing(last, handle, content)
        last.complete(handle)
        assert stored("folder/file.bin") == content

    def test_missing_covers_the_file_once_and_in_order(
        self, transport: Transport
    ) -> None:
        """Chunks follow each other from 0 to the end, none above the limit."""
        size = 3 * self.step(transport) + 7
        chunks = transport.missing(transport.create("file.bin", size))
        position = 0
        for chunk in chunks:
            assert chunk.offset == position
            assert 0 < chunk.length <= (transport.properties.chunk_size or size)
            position += chunk.length
        assert position == size
        numbers = [chunk.number for chunk in chunks]
        assert len(set(numbers)) == len(numbers)

    def test_nothing_is_missing_in_the_end(self, transport: Transport) -> None:
        """A file that was written needs nothing more."""
        content = content_of(self.step(transport) + 1)
        handle = transport.create("file.bin", len(content))
        write_missing(transport, handle, content)
        assert not transport.missing(handle)

    @pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.99])
    def test_a_broken_body_is_gone_on_with(
        self,
        transport: Transport,
        stored: Callable[[str], bytes | None],
        part: float,
    ) -> None:
        """Its error comes out as it is, and the next try ends in the same bytes."""
        content = content_of(3 << 20)
        handle = transport.create("file.bin", len(content))
        chunk = transport.missing(handle)[0]
        error = FileChangedError("file.bin", "one thing", "another")
        begun = content[chunk.offset : chunk.offset + chunk.length]
        body = BytesBody(begun, error=error, at=int(part * len(begun)))
        with pytest.raises(FileChangedError) as caught:
            transport.write(handle, chunk, body)
        assert caught.value is error
        finish(transport, handle, "file.bin", content)
        assert stored("file.bin") == content

    def test_another_process_goes_on(
        self,
        transport: Transport,
        another: Callable[[], Transport] | None,
        stored: Callable[[str], bytes | None],
    ) -> None:
        """The handle is all it needs."""
        if another is None:
            pytest.skip("the server lives in this process only")
        content = content_of(3 << 20)
        handle = transport.create("folder/file.bin", len(content))
        chunk = transport.missing(handle)[0]
        error = FileChangedError("folder/file.bin", "one thing", "another")
        begun = content[: chunk.length]
        with pytest.raises(FileChangedError):
            transport.write(
                handle, chunk, BytesBody(begun, error=error, at=len(begun) // 2)
            )
        transport.close()
        last = another()
        finish(last, handle, "folder/file.bin", content)
        assert stored("folder/file.bin") == content

    def test_an_unreadable_file_is_no_broken_connection(
        self, transport: Transport
    ) -> None:
        """Trying again would not help."""
        size = 200_000
        handle = transport.create("file.bin", size)
        chunk = transport.missing(handle)[0]
        error = OSError(5, "Input/output error")
        body = BytesBody(bytes(chunk.length), error=error, at=chunk.length // 2)
        with pytest.raises(ReadError):
            transport.write(handle, chunk, body)

    def test_an_interrupt_leaves_the_transport_usable(
        self, transport: Transport, stored: Callable[[str], bytes | None]
    ) -> None:
        """Ctrl-C in the midst of a file, as when a person stops one of many."""
        content = content_of(300_000)
        handle = transport.create("file.bin", len(content))
        chunk = transport.missing(handle)[0]
        begun = content[: chunk.length]
        body = BytesBody(begun, error=KeyboardInterrupt(), at=len(begun) // 2)
        with pytest.raises(KeyboardInterrupt):
            transport.write(handle, chunk, body)
        finish(transport, handle, "file.bin", content)
        assert stored("file.bin") == content

    def test_a_body_that_ends_early_is_an_error(
        self, transport: Transport, stored: Callable[[str], bytes | None]
    ) -> None:
        """A file cut short must not pass for whole."""
        content = content_of(200_000)
        handle = transport.create("file.bin", len(content))
        chunk = transport.missing(handle)[0]
        whole = content[: chunk.length]
        short = OverstatedBody(whole[: len(whole) // 2])
        with pytest.raises(FairsubmitError):
            transport.write(handle, chunk, short)
        finish(transport, handle, "file.bin", content)
        assert stored("file.bin") == content

    def test_a_handle_that_is_none_has_expired(self, transport: Transport) -> None:
        """The engine then makes a new upload."""
        with pytest.raises(UploadExpiredError):
            transport.missing("not a handle")

    def test_an_upload_can_be_given_up(
        self, transport: Transport, stored: Callable[[str], bytes | None]
    ) -> None:
        """Giving up twice is no error, and the name is free again."""
        content = content_of(100_000)
        handle = transport.create("folder/file.bin", len(content))
        transport.abort(handle)
        transport.abort(handle)
        assert stored("folder/file.bin") is None
        send(transport, "folder/file.bin", content)
        assert stored("folder/file.bin") == content

    def test_many_threads(
        self, transport: Transport, stored: Callable[[str], bytes | None]
    ) -> None:
        """Uploads from several threads do not mix."""
        files = {
            f"folder {number % 3}/{number}.bin": content_of(
                1000 * number, f"thread {number}"
            )
            for number in range(40)
        }
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda file: send(transport, *file), files.items()))
        for path, content in files.items():
            assert stored(path) == content

    def test_uploads_side_by_side(
        self, transport: Transport, stored: Callable[[str], bytes | None]
    ) -> None:
        """Two that are alike in name, size and beginning stay apart."""
        first = content_of(100_000) + b"first"
        second = content_of(100_000) + b"other"
        one = transport.create("a/file.bin", len(first))
        two = transport.create("b/file.bin", len(second))
        write_missing(transport, two, second)
        write_missing(transport, one, first)
        transport.complete(one)
        transport.complete(two)
        assert stored("a/file.bin") == first
        assert stored("b/file.bin") == second

    def test_secrets_stay_inside(self, transport: Transport) -> None:
        """No handle, representation or message shows one."""
        handle = transport.create("folder/file.bin", 10)
        assert handle.isprintable()
        shown = [handle, repr(transport), str(transport.properties)]
        for call in (
            lambda: transport.missing("not a handle"),
            lambda: transport.complete(handle),
            lambda: send(transport, "folder/file.bin/below.bin", b"x"),
        ):
            try:
                call()
            except FairsubmitError as error:
                shown += [repr(error), str(error.hint), str(error.__cause__)]
        for secret in self.secrets:
            assert not [text for text in shown if secret in text]

    def test_memory_does_not_grow_with_the_file(self, transport: Transport) -> None:
        """A large file passes through in blocks."""
        if not self.constant_memory:
            pytest.skip("the server keeps its files in this process's memory")
        size = 64 << 20
        handle = transport.create("large.bin", size)
        gc.collect()
        tracemalloc.start()
        try:
            for chunk in transport.missing(handle):
                transport.write(handle, chunk, ZeroBody(chunk.length))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 24 << 20
