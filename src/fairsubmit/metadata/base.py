"""What every part of the submission document has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

__all__ = ["Id", "Part", "Text"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$"),
    Field(description="Name used by other parts of this document to refer here."),
]


class Part(BaseModel):
    """A mapping of the document; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
