"""The transfer: what is to be sent, and the sending of it so that it always ends."""

from fairsubmit.transfer.history import Upload
from fairsubmit.transfer.journal import Journal
from fairsubmit.transfer.plan import Action, Plan, Step, make_plan
from fairsubmit.transfer.progress import Progress, Silent

__all__ = [
    "Action",
    "Journal",
    "Plan",
    "Progress",
    "Silent",
    "Step",
    "Upload",
    "make_plan",
]
