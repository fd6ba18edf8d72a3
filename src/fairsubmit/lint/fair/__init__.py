"""How FAIR a dataset is before it is deposited: counts and evidence, no score."""

from fairsubmit.lint.fair.completeness import Completeness, completeness
from fairsubmit.lint.fair.facts import Facts, Images, gather
from fairsubmit.lint.fair.fuji import fuji_results
from fairsubmit.lint.fair.indicators import Indicator, Judged, judge

__all__ = [
    "Completeness",
    "Facts",
    "Images",
    "Indicator",
    "Judged",
    "completeness",
    "fuji_results",
    "gather",
    "judge",
]
