"""The transfer: what is to be sent, and the sending of it so that it always ends."""

from fairsubmit.transfer.body import FileBody, LocalFile
from fairsubmit.transfer.engine import transfer
from fairsubmit.transfer.history import Upload
from fairsubmit.transfer.journal import Journal
from fairsubmit.transfer.plan import Action, Plan, Step, make_plan
from fairsubmit.transfer.progress import Progress, Silent
from fairsubmit.transfer.result import TransferResult

__all__ = [
    "Action",
    "FileBody",
    "Journal",
    "LocalFile",
    "Plan",
    "Progress",
    "Silent",
    "Step",
    "TransferResult",
    "Upload",
    "make_plan",
    "transfer",
]
