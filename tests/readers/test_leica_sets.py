"""LOF files and LAS X projects of many files: one record an image, all its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.leica_files import (
    document,
    element,
    image,
    listing,
    lof,
    lof_image,
    one_image,
    plane,
    xlif,
)

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers import read_image
from fairsubmit.readers.leica import files as module
from fairsubmit.readers.leica.lof import Lof
from fairsubmit.readers.leica.xlef import Xlef

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata


def names(record: ImageMetadata, folder: Path) -> list[str]:
    return [file.removeprefix(f"{folder.as_posix()}/") for file in record.files]


def problems(record: ImageMetadata) -> list[tuple[str, bool]]:
    return [(problem.code, problem.error) for problem in record.problems]


# -- LOF -------------------------------------------------------------------------


def test_a_lof_is_one_image(tmp_path: Path) -> None:
    path = tmp_path / "a.lof"
    path.write_bytes(lof_image("Cell 1"))
    (record,) = Lof().read(path)
    assert (record.name, record.format, record.problems) == ("Cell 1", "Leica LOF", ())
    assert (record.size.x, record.size.y) == (4, 3)


def test_an_old_lof_is_named_like_its_file(tmp_path: Path) -> None:
    path = tmp_path / "Cell 7.lof"
    path.write_bytes(lof(image(plane())))
    (record,) = Lof().read(path)
    assert record.name == "Cell 7"


def test_a_lof_with_fewer_pixels(tmp_path: Path) -> None:
    path = tmp_path / "a.lof"
    path.write_bytes(lof(document(element("a", image(plane()))), bytes(5)))
    (record,) = Lof().read(path)
    assert problems(record) == [("size-mismatch", True)]


def test_a_cut_lof_has_lost_its_xml(tmp_path: Path) -> None:
    path = tmp_path / "a.lof"
    path.write_bytes(lof_image()[:70])
    with pytest.raises(DamagedFileError, match="bytes of pixels and then the XML"):
        Lof().read(path)
    path.write_bytes(lof_image()[:50])
    with pytest.raises(DamagedFileError, match="size of the pixels"):
        Lof().read(path)
    path.write_bytes(lof(document("")))
    with pytest.raises(DamagedFileError, match="XML with an image"):
        Lof().read(path)


def test_a_lof_of_a_size_beyond_all_files(tmp_path: Path) -> None:
    path = tmp_path / "a.lof"
    path.write_bytes(lof(document(""), size=(1 << 64) - 1))
    with pytest.raises(DamagedFileError):
        Lof().read(path)


# -- XLEF ------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An experiment with two LOF files, an XLIF, and a collection with a LIF."""
    folder = tmp_path / "project"
    (folder / "Metadata").mkdir(parents=True)
    (folder / "a.lof").write_bytes(lof_image("a"))
    (folder / "b one.lof").write_bytes(lof_image("b"))
    (folder / "Metadata" / "b.xlif").write_bytes(xlif("b", "..\\b%20one.lof"))
    (folder / "old.lif").write_bytes(one_image())
    (folder / "c.xlcf").write_bytes(listing("Well 1", "Collection", "OLD.LIF"))
    files = ("a.lof", ".\\metadata\\B.xlif", "c.xlcf")
    folder.joinpath("p.xlef").write_bytes(
        listing("p", "Experiment", files[0], ".\\Metadata\\B.xlif", files[2])
    )
    return folder / "p.xlef"


def test_an_experiment_has_the_images_of_all_its_files(project: Path) -> None:
    records = Xlef().read(project)
    assert [r.name for r in records] == ["a", "b", "Well 1/Series001"]
    assert [r.series for r in records] == [0, 1, 2]
    assert {r.path for r in records} == {project.as_posix()}
    assert {(r.format, r.reader) for r in records} == {("Leica XLEF", "leica_xlef")}
    assert [names(r, project.parent) for r in records] == [
        ["p.xlef", "a.lof"],
        ["p.xlef", "Metadata/b.xlif", "b one.lof"],
        ["p.xlef", "c.xlcf", "old.lif"],
    ]
    assert [problems(r) for r in records] == [[], [], []]


@pytest.mark.parametrize(
    "member", ["a.lof", "b one.lof", "Metadata/b.xlif", "c.xlcf", "p.xlef"]
)
def test_every_member_gives_the_project(project: Path, member: str) -> None:
    found = read_image(project.parent / member)
    assert found.images == tuple(Xlef().read(project))


def test_a_file_that_the_project_does_not_name_speaks_for_itself(
    project: Path,
) -> None:
    other = project.parent / "z.lof"
    other.write_bytes(lof_image("z"))
    (record,) = read_image(other).images
    assert record.path == other.as_posix()


def test_missing_and_cut_members_are_errors(project: Path) -> None:
    (project.parent / "a.lof").unlink()
    lof_file = project.parent / "b one.lof"
    lof_file.write_bytes(lof_file.read_bytes()[:65])
    records = Xlef().read(project)
    assert [r.name for r in records] == ["b", "Well 1/Series001"]
    assert problems(records[0]) == [("missing-part", True), ("truncated", True)]
    assert "'a.lof'" in records[0].problems[0].message


def test_a_member_that_is_damaged(project: Path) -> None:
    (project.parent / "old.lif").write_bytes(one_image()[:40])
    records = Xlef().read(project)
    assert ("unreadable-part", True) in problems(records[0])


def test_references_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a.lof").write_bytes(lof_image("a"))
    path = tmp_path / "a.xlef"
    path.write_bytes(listing("a", "Experiment", "b.xlcf"))
    members = ("a.xlef", "b.xlcf", "a.lof", "a.lof")
    (tmp_path / "b.xlcf").write_bytes(listing("b", "Collection", *members))
    assert [r.name for r in Xlef().read(path)] == ["b/a"]


def test_references_too_deep_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.lof").write_bytes(lof_image("a"))
    for number in range(40):
        name = f"{number}.xlcf" if number else "0.xlef"
        content = listing("n", "Collection", "a.lof", f"{number + 1}.xlcf")
        (tmp_path / name).write_bytes(content)
    (record,) = Xlef().read(tmp_path / "0.xlef")
    assert record.name == "a"


def test_more_files_than_are_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    records = Xlef().read(project)
    assert problems(records[0]) == [("too-many-images", True)]


def test_many_missing_members_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.lof").write_bytes(lof_image("a"))
    missing = [f"m{n}.lof" for n in range(30)]
    path = tmp_path / "a.xlef"
    path.write_bytes(listing("a", "Experiment", *missing, "a.lof"))
    (record,) = Xlef().read(path)
    assert len(record.problems) == module.MAX_REPORTED + 1
    assert "10 more" in record.problems[-1].message


def test_a_list_without_images(tmp_path: Path) -> None:
    path = tmp_path / "a.xlef"
    path.write_bytes(listing("a", "Experiment", "gone.lof"))
    with pytest.raises(DamagedFileError, match=r"gone\.lof"):
        Xlef().read(path)
    path.write_bytes(listing("a", "Experiment"))
    with pytest.raises(DamagedFileError, match="expected an image"):
        Xlef().read(path)


@pytest.mark.parametrize("name", ["../../secret.lof", "..\\..\\secret.lof", "../s.lof"])
def test_no_file_outside_the_project_is_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    for place in (tmp_path, folder.parent):
        (place / "secret.lof").write_bytes(lof_image("secret"))
        (place / "s.lof").write_bytes(lof_image("secret"))
    (folder / "a.lof").write_bytes(lof_image("a"))
    path = folder / "a.xlef"
    path.write_bytes(listing("a", "Experiment", name, "a.lof"))
    (record,) = Xlef().read(path)
    assert record.name == "a"
    assert problems(record) == [("path-outside", True)]


@pytest.mark.parametrize("name", ["C:\\Users\\jane\\a.lof", "/Users/jane/a.lof"])
def test_of_a_whole_path_only_the_name_is_used(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.lof").write_bytes(lof_image("a"))
    path = tmp_path / "a.xlef"
    path.write_bytes(listing("a", "Experiment", name))
    (record,) = Xlef().read(path)
    assert problems(record) == [("path-in-name", False)]


# -- images exported as TIFF -----------------------------------------------------


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """Two TIFF images, and what LAS X writes into a folder beside them."""
    folder = tmp_path / "export"
    metadata = folder / "LeicaMetadata"
    metadata.mkdir(parents=True)
    for name in ("a", "b"):
        (folder / f"{name}.tif").write_bytes(b"II*\0")
        (metadata / f"{name}.xlif").write_bytes(xlif(name, f"..\\{name}.tif"))
    return folder


def test_an_xlif_leads_its_frames(exported: Path) -> None:
    (record,) = Xlef().read(exported / "LeicaMetadata" / "a.xlif")
    assert names(record, exported) == ["LeicaMetadata/a.xlif", "a.tif"]
    assert read_image(exported / "a.tif").images == (record,)


def test_a_list_of_a_folder_leads_the_images_and_their_xml(exported: Path) -> None:
    path = exported / "LeicaMetadata" / "LMSIOManagerFolder.xllf"
    path.write_bytes(listing("export", "Experiment", ".\\a.xlif", ".\\b.xlif"))
    records = tuple(Xlef().read(path))
    assert [r.name for r in records] == ["a", "b"]
    for member in ("a.tif", "b.tif", "LeicaMetadata/b.xlif"):
        assert read_image(exported / member).images == records


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_of_xml(exported: Path, encoding: str) -> None:
    path = exported / "LeicaMetadata" / "a.xlif"
    path.write_bytes(xlif("Zellgrün", "..\\a.tif").decode("utf-8-sig").encode(encoding))
    assert Xlef().recognises(path, path.read_bytes())
    (record,) = Xlef().read(path)
    assert record.name == "Zellgrün"


def test_other_xml_is_not_recognised(tmp_path: Path) -> None:
    path = tmp_path / "a.xlef"
    for content in (b"<a/>", b"text LMSDataContainerHeader", b"\xef\xbb\xbf<OME/>"):
        assert not Xlef().recognises(path, content)


def test_files_of_other_kinds_have_no_lead(tmp_path: Path) -> None:
    for name in ("a.czi", "a.txt", "a"):
        assert Xlef().leads(tmp_path / name) == ()
