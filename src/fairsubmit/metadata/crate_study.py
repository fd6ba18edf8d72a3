"""The study that an RO-Crate describes: its root, people, grants and publications."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.crate_graph import identifiers, plain, values

if TYPE_CHECKING:
    from fairsubmit.metadata.crate_graph import Entity
    from fairsubmit.metadata.crate_parts import Parts

__all__ = ["read_study"]

_NAMES = ("name", "title", "displayName", "headline")
_TEXTS = {
    "title": _NAMES,
    "description": ("description", "abstract"),
    "acknowledgements": ("acknowledgement", "acknowledgements"),
    "funding_statement": ("fundingStatement",),
}
_PAPERS = frozenset({"scholarlyarticle", "publication", "article"})
_LICENCE = re.compile(r"creativecommons\.org/licenses/(?P<kind>[a-z-]+)/(?P<n>\d\.\d)")
_CC0 = re.compile(r"creativecommons\.org/publicdomain/zero/1\.0")
_SPDX = re.compile(r"spdx\.org/licenses/(?P<id>[^/]+?)(?:\.html|\.json)?/?$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=T|$)")
_DOI = re.compile(r"doi\.org/(10\..+)$")


def read_study(parts: Parts, root: Entity) -> None:
    """Add study, authors and organisations to what is read of a crate.

    Parameters
    ----------
    parts
        What is read so far.
    root
        The dataset that the crate is about.
    """
    study: dict[str, Any] = {}
    parts.tree["study"] = study
    parts.remember("/study", root)
    for key, names in _TEXTS.items():
        parts.put(study, "/study", key, root, names)
    parts.put(study, "/study", "license", root, ("license", "licence"))
    for name in ("license", "licence"):
        for written in identifiers(root.value.get(name)):
            study["license"] = written
    if "license" in study:
        study["license"] = _licence(study["license"])
    parts.put(study, "/study", "release_date", root, ("datePublished",))
    if found := _DAY.match(study.get("release_date", "")):
        study["release_date"] = found[0]
    _keywords(parts, study, root)
    _funding(parts, study, root)
    _related(parts, study, root)
    _people(parts, root)


def _licence(written: str) -> str:
    """Return the SPDX id of a licence's address, anything else as it is."""
    if _CC0.search(written):
        return "CC0-1.0"
    if found := _LICENCE.search(written):
        return f"CC-{found['kind'].upper()}-{found['n']}"
    found = _SPDX.search(written)
    return found["id"] if found else written


def _keywords(parts: Parts, study: dict[str, Any], root: Entity) -> None:
    for name in ("keywords", "keyword"):
        said = parts.texts(root, name)
        if isinstance(root.value.get(name), str):
            # schema.org: several keywords in one text are separated by commas
            said = [word.strip() for word in said[0].split(",")] if said else []
        if said:
            study["keywords"] = said
            parts.remember("/study/keywords", root, name)
            return


def _funding(parts: Parts, study: dict[str, Any], root: Entity) -> None:
    for entity in parts.graph.linked(root, "funding", "funder"):
        part, pointer = parts.add("funding", entity, into=study)
        funders = parts.graph.linked(entity, "funder")
        funder = funders[0] if funders else entity
        parts.put(part, pointer, "funder", funder, _NAMES)
        if funder.id.startswith("http"):
            part["funder_id"] = funder.id
        if funders:
            parts.put(part, pointer, "grant_id", entity, ("identifier",))


def _related(parts: Parts, study: dict[str, Any], root: Entity) -> None:
    seen: set[str] = set()
    for name in ("relatedPublication", "citation", "seeAlso", "mentions"):
        for entity in parts.graph.linked(root, name):
            if entity.id in seen:
                continue
            seen.add(entity.id)
            if _PAPERS & entity.types:
                _publication(parts, study, entity)
            elif entity.id.startswith("http") and name != "mentions":
                part, pointer = parts.add("links", entity, into=study)
                part["url"] = entity.id
                parts.remember(f"{pointer}/url", entity, "@id")
                parts.put(part, pointer, "type", entity, ("additionalType",))
                parts.put(part, pointer, "description", entity, ("description",))


def _publication(parts: Parts, study: dict[str, Any], entity: Entity) -> None:
    part, pointer = parts.add("publications", entity, into=study)
    parts.put(part, pointer, "title", entity, _NAMES)
    parts.put(part, pointer, "doi", entity, ("doi",))
    if "doi" not in part and (found := _DOI.search(entity.id)):
        part["doi"] = found[1]
    parts.put(part, pointer, "pubmed_id", entity, ("pubmedId",))
    parts.put(part, pointer, "authors", entity, ("authorNames",))
    parts.put(part, pointer, "year", entity, ("yearPublished", "datePublished"))
    if "year" in part:
        part["year"] = part["year"][:4]


def _people(parts: Parts, root: Entity) -> None:
    for name in ("author", "creator", "contributor"):
        given = values(root.value.get(name))
        for item in given:
            _author(parts, root, name, item)
        if given:
            return


def _author(parts: Parts, root: Entity, name: str, item: object) -> None:
    identifier = next(identifiers(item), None)
    entity = parts.graph.get(identifier) if identifier else None
    if entity is None:
        part, pointer = parts.add("authors", root)
        said = plain(item).strip()
        if said:
            part["name"] = said
            parts.remember(f"{pointer}/name", root, name)
        return
    part, pointer = parts.add("authors", entity)
    parts.put(part, pointer, "name", entity, _NAMES)
    parts.put(part, pointer, "given_name", entity, ("givenName",))
    parts.put(part, pointer, "family_name", entity, ("familyName",))
    if "name" not in part and "family_name" in part:
        names = (part.get("given_name", ""), part["family_name"])
        part["name"] = " ".join(names).strip()
    parts.put(part, pointer, "email", entity, ("email", "contactEmail"))
    if "email" in part:
        part["email"] = part["email"].removeprefix("mailto:")
    if "orcid.org" in entity.id:
        part["orcid"] = entity.id
        parts.remember(f"{pointer}/orcid", entity, "@id")
    roles = parts.texts(entity, "role")
    if roles:
        part["roles"] = roles
        parts.remember(f"{pointer}/roles", entity, "role")
    where = parts.graph.linked(entity, "affiliation", "memberOf")
    if where:
        part["affiliations"] = [_organisation(parts, each) for each in where]
        parts.remember(f"{pointer}/affiliations", entity)


def _organisation(parts: Parts, entity: Entity) -> str:
    identifier = parts.id("organisations", entity)
    known = (part["id"] for part in parts.tree.get("organisations", []))
    if identifier not in known:
        part, pointer = parts.add("organisations", entity)
        part["id"] = identifier
        parts.put(part, pointer, "name", entity, _NAMES)
        parts.put(part, pointer, "address", entity, ("address",))
        if "ror.org" in entity.id:
            part["ror"] = entity.id
            parts.remember(f"{pointer}/ror", entity, "@id")
    return identifier
