"""How the archive spells licences, terms, identifiers and organisms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.archives.biostudies.pagetab import Attribute

if TYPE_CHECKING:
    from fairsubmit.metadata import Term

__all__ = ["License", "doi", "license_of", "link_type", "orcid", "ror", "term"]


class License(NamedTuple):
    """A licence as the submission form offers it.

    Attributes
    ----------
    value
        The form's word for it.
    url
        Address of the legal text, the value's ``URL`` qualifier.
    """

    value: str
    url: str


_CC = "https://creativecommons.org"
# BioImages.v5.json.ts, field License: a closed list of two.
_CC0 = License("CC0", f"{_CC}/publicdomain/zero/1.0/legalcode")
_CC_BY = License("CC BY 4.0", f"{_CC}/licenses/by/4.0/legalcode")
_LICENSES = {
    "cc0": _CC0,
    "cc010": _CC0,
    "ccby40": _CC_BY,
    "creativecommonsorgpublicdomainzero10": _CC0,
    "creativecommonsorglicensesby40": _CC_BY,
}

# The organism list that the form offers first writes these names with the common one
# behind it; other organisms are written with their scientific name alone.
_ORGANISMS = {
    "9606": "Homo sapiens (human)",
    "10090": "Mus musculus (mouse)",
    "3702": "Arabidopsis thaliana (thale cress)",
    "10116": "Rattus norvegicus (brown rat)",
    "7227": "Drosophila melanogaster (fruit fly)",
    "4530": "Oryza sativa (common rice)",
    "8839": "Anas platyrhynchos (mallard)",
    "28377": "Anolis carolinensis (anole)",
    "7165": "Anopheles gambiae (African malaria mosquito)",
    "59689": "Arabidopsis lyrata (rock cress)",
    "9913": "Bos taurus (cow)",
    "15368": "Brachypodium distachyon (stiff brome)",
    "3712": "Brassica oleracea (cabbage)",
    "3711": "Brassica rapa (turnip)",
    "9615": "Canis familiaris (dog)",
    "60711": "Chlorocebus sabaeus (green monkey)",
    "7719": "Ciona intestinalis (sea squirt)",
    "51511": "Ciona savignyi (Pacific sea squirt)",
    "7955": "Danio rerio (zebrafish)",
    "9361": "Dasypus novemcinctus (nine-banded armadillo)",
    "9796": "Equus caballus (horse)",
    "9031": "Gallus gallus (chicken)",
    "3847": "Glycine max (soybean)",
    "4513": "Hordeum vulgare (barley)",
    "9544": "Macaca mulatta (rhesus monkey)",
    "3880": "Medicago truncatula (barrel clover)",
    "13616": "Monodelphis domestica (short-tailed opossum)",
    "4641": "Musa acuminata (banana)",
    "9258": "Ornithorhynchus anatinus (platypus)",
    "9986": "Oryctolagus cuniculus (rabbit)",
    "4529": "Oryza rufipogon (brownbeard rice)",
    "9940": "Ovis aries (sheep)",
    "9598": "Pan troglodytes (chimpanzee)",
    "9555": "Papio anubis (baboon)",
    "3218": "Physcomitrella patens (moss)",
    "9601": "Pongo abelii (orangutan)",
    "3694": "Populus trichocarpa (poplar tree)",
    "4932": "Saccharomyces cerevisiae (brewer's yeast)",
    "6183": "Schistosoma mansoni (blood fluke)",
    "4896": "Schizosaccharomyces pombe (fission yeast)",
    "4081": "Solanum lycopersicum (tomato)",
    "4113": "Solanum tuberosum (potato)",
    "9823": "Sus scrofa (pig)",
    "99883": "Tetraodon nigroviridis (green pufferfish)",
    "3641": "Theobroma cacao (chocolate)",
    "4565": "Triticum aestivum (wheat)",
    "29760": "Vitis vinifera (grape)",
    "8364": "Xenopus tropicalis (frog)",
    "4577": "Zea mays (corn)",
}
_NAMES = {name.partition(" (")[0]: name for name in _ORGANISMS.values()}

# A CURIE, the same with an underscore, or the OBO address that ends in it.
_TERM_ID = re.compile(r"(?:https?://.*[/#])?([A-Za-z][A-Za-z0-9]*)[:_](\S+)")
_DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE
)


def license_of(text: str) -> License | None:
    """Return the archive's licence for an SPDX id, its own word or an address.

    Returns
    -------
    License or None
        ``None`` for a licence that the archive does not take.
    """
    key = re.sub(r"^https?://(www\.)?", "", text.strip().lower())
    key = re.sub(r"/(legalcode|deed)(\.[a-z-]+)?/?$", "", key)
    return _LICENSES.get(re.sub(r"[^a-z0-9]", "", key))


def term(
    name: str, value: Term, pointer: str, *, organism: bool = False
) -> Attribute | None:
    """Write a term as the form's ontology fields do (Ontology.vue).

    Parameters
    ----------
    name
        Name of the attribute.
    value
        The term.
    pointer
        Where it stands in the submission.
    organism
        Write the name as the form's list of organisms does.

    Returns
    -------
    Attribute or None
        ``None`` if the term is blank.
    """
    label = value.label.strip()
    found = _TERM_ID.fullmatch((value.id or "").strip())
    prefix, local = found.groups() if found else ("", "")
    if organism:
        taxon = local if prefix.lower() == "ncbitaxon" else ""
        label = _ORGANISMS.get(taxon) or _NAMES.get(label) or label
    if not label:
        return None
    qualifiers = (("Ontology", prefix), ("TermId", f"{prefix}_{local}"))
    return Attribute(name, label, pointer, qualifiers if found else ())


def orcid(value: str | None) -> str | None:
    """Return an ORCID iD without its address, as the form stores it."""
    return None if value is None else value.strip().rstrip("/").rpartition("/")[2]


def ror(value: str | None) -> str | None:
    """Return a ROR id as the address that the form stores."""
    if not value or not value.strip():
        return None
    return "https://ror.org/" + value.strip().rstrip("/").rpartition("/")[2]


def doi(value: str | None) -> str | None:
    """Return a DOI without its address; what is no DOI stays as it is."""
    if value is None:
        return None
    found = _DOI.fullmatch(value.strip())
    return found[1] if found else value.strip()


def link_type(url: str, given: str | None) -> str | None:
    """Return a link's type; a DOI is one even where nobody said so."""
    return given or ("doi" if _DOI.fullmatch(url.strip()) else None)
