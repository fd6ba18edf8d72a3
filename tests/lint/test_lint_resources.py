"""Identifiers are recognised by their form, and written one way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.lint.resources import (
    accession,
    cellosaurus,
    orcid,
    pmc_id,
    pubmed_id,
    ror,
    rrid,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ALL: tuple[Callable[[str], str | None], ...] = (
    accession,
    cellosaurus,
    orcid,
    pmc_id,
    pubmed_id,
    ror,
    rrid,
)


@pytest.mark.parametrize(
    ("check", "written", "normal"),
    [
        (orcid, "0000-0002-1694-233x", "https://orcid.org/0000-0002-1694-233X"),
        (orcid, " http://orcid.org/0000-0002-1825-0097/ ",
         "https://orcid.org/0000-0002-1825-0097"),
        (orcid, "0000-0002-1825-0098", None),
        (orcid, "", None),
        (ror, "ror.org/02CATSS52", "https://ror.org/02catss52"),
        (ror, "02catss53", None),
        (ror, "x", None),
        (pubmed_id, "PMID: 34608342", "34608342"),
        (pubmed_id, "https://pubmed.ncbi.nlm.nih.gov/34608342/", "34608342"),
        (pubmed_id, "012", "12"),
        (pubmed_id, "0", None),
        (pubmed_id, "in revision", None),
        (pubmed_id, "PMC123", None),
        (pmc_id, "pmc8606015", "PMC8606015"),
        (pmc_id, "https://pmc.ncbi.nlm.nih.gov/articles/PMC8606015/", "PMC8606015"),
        (pmc_id, "8606015", None),
        (cellosaurus, "cvcl_0030", "CVCL_0030"),
        (cellosaurus, "RRID:CVCL_B3P2", "CVCL_B3P2"),
        (cellosaurus, "https://www.cellosaurus.org/CVCL_0030", "CVCL_0030"),
        (cellosaurus, "https://web.expasy.org/cellosaurus/CVCL_0030", "CVCL_0030"),
        (cellosaurus, "CVCL_030", None),
        (cellosaurus, "HeLa", None),
        (rrid, "RRID:AB_2138153", "RRID:AB_2138153"),
        (rrid, "rrid: ab_2138153", "RRID:AB_2138153"),
        (rrid, "AB_2138153", "RRID:AB_2138153"),
        (rrid, "SCR_002285", "RRID:SCR_002285"),
        (rrid, "RRID:SCR_2285", None),
        (rrid, "RRID:Addgene_12345", "RRID:Addgene_12345"),
        (rrid, "ADDGENE_12345", "RRID:Addgene_12345"),
        (rrid, "RRID:IMSR_JAX:000664", "RRID:IMSR_JAX:000664"),
        (rrid, "RRID:MGI:5558086", "RRID:MGI:5558086"),
        (rrid, "MGI_5558086", "RRID:MGI:5558086"),
        (rrid, "RRID:ZFIN_ZDB-GENO-060919-1", "RRID:ZFIN_ZDB-GENO-060919-1"),
        (rrid, "RRID:CVCL_0030", "RRID:CVCL_0030"),
        (rrid, "https://scicrunch.org/resolver/RRID:BDSC_3605", "RRID:BDSC_3605"),
        (rrid, "RRID:WB-STRAIN_N2", "RRID:WB-STRAIN_N2"),
        (rrid, "RRID:NEW_1", "RRID:NEW_1"),
        (rrid, "NEW_1", None),
        (rrid, "AB_x", None),
        (rrid, "anti-GFP", None),
        (accession, "s-biad144", "S-BIAD144"),
        (accession, "empiar-10310", "EMPIAR-10310"),
        (accession, "https://www.ebi.ac.uk/biostudies/studies/S-BIAD144", "S-BIAD144"),
        (accession, "https://www.ebi.ac.uk/empiar/EMPIAR-10310/", "EMPIAR-10310"),
        (accession, "EMD-1234", "EMD-1234"),
        (accession, "idr0062", "idr0062"),
        (accession, "GSE123456", "GSE123456"),
        (accession, "PRJEB12345", "PRJEB12345"),
        (accession, "SAMEA123", "SAMEA123"),
        (accession, "PXD012345", "PXD012345"),
        (accession, "MTBLS1", "MTBLS1"),
        (accession, "PMC8606015", "PMC8606015"),
        (accession, "phs000424.v9.p2", "phs000424.v9.p2"),
        (accession, "https://example.org/", None),
        (accession, "LC3 and p62", None),
    ],
)  # fmt: skip
def test_identifiers(
    check: Callable[[str], str | None], written: str, normal: str | None
) -> None:
    assert check(written) == normal
    if normal is not None:
        assert check(normal) == normal, "what is normal stays so"


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    for check in ALL:
        found = check(text)
        assert found is None or check(found) == found
