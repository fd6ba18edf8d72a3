"""The submission written as PageTab in the spelling of template BioImages.v5. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from fairsubmit.archives.biostudies.pagetab import (
    Attribute,
    File,
    Link,
    PageTab,
    Section,
    attributes,
    each,
)
from fairsubmit.archives.biostudies.sections import (
    annotation_sections,
    component_sections,
    method_sections,
)
from fairsubmit.archives.biostudies.settings import (
    NAME,
    TEMPLATES,
    Settings,
    Target,
    Template,
)
from fairsubmit.archives.biostudies.vocabulary import (
    doi,
    license_of,
    link_type,
    orcid,
    ror,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fairsubmit.bundle import Bundle
    from fairsubmit.metadata import Author, Study, Submission

__all__ = ["RO_CRATE", "doi_obstacles", "render", "target_of"]

RO_CRATE = "ro-crate-metadata.json"
_CORRESPONDING = "corresponding author"


def target_of(submission: Submission) -> Target:
    """Return what the submission says for this archive alone.

    What cannot be used is left out here; `fairsubmit.archives.biostudies.check` names
    it.
    """
    try:
        return Target.model_validate(submission.targets.get(NAME, {}))
    except ValidationError:
        return Target()


def doi_obstacles(submission: Submission) -> Iterator[tuple[str, str]]:
    """Yield why BioStudies would not register a DOI: pointer and sentence.

    The rules are those of DoiService.kt, checkDoiRequiredFields.
    """
    if not submission.organisations:
        yield "/organisations", "a DOI needs at least one organisation"
    known = {organisation.id for organisation in submission.organisations}
    for index, author in enumerate(submission.authors):
        pointer = f"/authors/{index}"
        if not author.affiliations:
            yield pointer, f"a DOI needs an affiliation of {author.name}"
        for place, name in enumerate(author.affiliations):
            if name not in known:
                pointer = f"/authors/{index}/affiliations/{place}"
                yield pointer, f"a DOI needs the organisation {name} of {author.name}"


def render(
    bundle: Bundle,
    root: str,
    settings: Settings,
    *,
    more: Iterable[Attribute] = (),
) -> PageTab:
    """Write a bundle as PageTab.

    Parameters
    ----------
    bundle
        What is deposited.
    root
        Folder of the deposit in the user's file area, ``RootPath``: all paths of the
        document and of its file lists are relative to it.
    settings
        Collection and template.
    more
        Further attributes of the submission itself.
    """
    submission = bundle.submission
    study = submission.study
    target = target_of(submission)
    form = settings.form
    if target.template:
        form = TEMPLATES[target.template]
    if target.annotation_section:
        form = Template(form.name, target.annotation_section)
    wanted = settings.doi and not any(doi_obstacles(submission))
    head = attributes(
        ("Template", form.name, ""),
        ("AttachTo", settings.collection, ""),
        ("DOI", "true" if wanted else None, ""),
        ("ReviewType", target.review_type, f"/targets/{NAME}/review_type"),
        ("RootPath", root, ""),
        ("Title", study.title, "/study/title"),
        ("ReleaseDate", study.release_date, "/study/release_date"),
    )
    return PageTab((*head, *more), _root(bundle, form))


def _root(bundle: Bundle, form: Template) -> Section:
    submission = bundle.submission
    lists = {item.pointer: item.path for item in bundle.file_lists}
    return Section(
        "Study",
        "study-1",
        "/study",
        tuple(_study(submission.study)),
        files=tuple(_files(bundle)),
        links=tuple(_links(submission)),
        subsections=(
            *_people(submission),
            *_background(submission.study),
            *method_sections(submission),
            *annotation_sections(submission.annotations, form.annotation, lists),
            *component_sections(submission, lists),
        ),
    )


def _study(study: Study) -> Iterator[Attribute]:
    yield from attributes(
        ("Title", study.title, "/study/title"),
        ("ReleaseDate", study.release_date, "/study/release_date"),
        ("Description", study.description, "/study/description"),
    )
    yield from each("Keywords", study.keywords, "/study/keywords")
    licence = license_of(study.license)
    if licence is None:
        yield Attribute("License", study.license, "/study/license")
    else:
        url = (("URL", licence.url),)
        yield Attribute("License", licence.value, "/study/license", url)
    yield from attributes(
        ("Acknowledgements", study.acknowledgements, "/study/acknowledgements"),
        ("Funding statement", study.funding_statement, "/study/funding_statement"),
    )


def _files(bundle: Bundle) -> Iterator[File]:
    lists = {item.path for item in bundle.file_lists}
    for entry in bundle.documents.entries:
        if entry.path not in lists:
            words = "Generated description of the data set"
            if entry.path.rpartition("/")[2] == RO_CRATE:
                words = "RO-Crate: machine-readable description of the data set"
            yield File(entry.path, attributes(("Description", words, "")))


def _links(submission: Submission) -> Iterator[Link]:
    for index, link in enumerate(submission.study.links):
        yield _link(link.url, link.description, link.type, f"/study/links/{index}")
    for index, analysis in enumerate(submission.analyses):
        for place, link in enumerate(analysis.software):
            words = link.description or f"Software of {analysis.title}"
            pointer = f"/analyses/{index}/software/{place}"
            yield _link(link.url, words, link.type or "software", pointer)


def _link(url: str, description: str | None, kind: str | None, pointer: str) -> Link:
    said = attributes(
        ("Description", description, f"{pointer}/description"),
        ("Type", link_type(url, kind), f"{pointer}/type"),
    )
    return Link(url, said, pointer)


def _people(submission: Submission) -> Iterator[Section]:
    accnos = {o.id: f"o{i}" for i, o in enumerate(submission.organisations, 1)}
    for index, author in enumerate(submission.authors):
        pointer = f"/authors/{index}"
        said = (*_author(author, pointer), *_affiliations(author, pointer, accnos))
        yield Section("Author", f"author-{index + 1}", pointer, said)
    for index, organisation in enumerate(submission.organisations):
        pointer = f"/organisations/{index}"
        said = attributes(
            ("Name", organisation.name, f"{pointer}/name"),
            ("RORID", ror(organisation.ror), f"{pointer}/ror"),
            ("Address", organisation.address, f"{pointer}/address"),
        )
        yield Section("organisation", f"o{index + 1}", pointer, said)


def _author(author: Author, pointer: str) -> tuple[Attribute, ...]:
    roles = list(author.roles)
    if author.corresponding and _CORRESPONDING not in [r.lower() for r in roles]:
        roles.append(_CORRESPONDING)
    return (
        *attributes(
            ("Name", author.name, f"{pointer}/name"),
            ("E-mail", author.email, f"{pointer}/email"),
            ("ORCID", orcid(author.orcid), f"{pointer}/orcid"),
        ),
        *each("Role", roles, f"{pointer}/roles"),
    )


def _affiliations(
    author: Author, pointer: str, accnos: Mapping[str, str]
) -> Iterator[Attribute]:
    for index, name in enumerate(author.affiliations):
        if name in accnos:
            place = f"{pointer}/affiliations/{index}"
            yield Attribute("affiliation", accnos[name], place, reference=True)


def _background(study: Study) -> Iterator[Section]:
    for index, paper in enumerate(study.publications):
        at = f"/study/publications/{index}"
        said = attributes(
            ("Pubmed ID", paper.pubmed_id, f"{at}/pubmed_id"),
            ("Title", paper.title, f"{at}/title"),
            ("Authors", paper.authors, f"{at}/authors"),
            ("DOI", doi(paper.doi), f"{at}/doi"),
            ("Year", paper.year, f"{at}/year"),
        )
        if said:
            yield Section("Publication", f"publication-{index + 1}", at, said)
    for index, grant in enumerate(study.funding):
        at = f"/study/funding/{index}"
        said = attributes(
            ("Agency", grant.funder, f"{at}/funder"),
            ("grant_id", grant.grant_id, f"{at}/grant_id"),
        )
        yield Section("Funding", f"funding-{index + 1}", at, said)
