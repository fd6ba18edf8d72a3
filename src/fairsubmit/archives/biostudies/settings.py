"""What may be configured about the BioImage Archive and its BioStudies server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "NAME",
    "PRODUCTION",
    "TEMPLATES",
    "Polling",
    "Settings",
    "Target",
    "Template",
    "read_settings",
]

NAME = "bioimage-archive"
# BioStudiesPublicAPI.yaml, servers.
PRODUCTION = "https://www.ebi.ac.uk/biostudies/submissions/api"
# Submitted studies are read here: PageTab, file table and bytes.
PRODUCTION_FILES = "https://www.ebi.ac.uk/biostudies/files"
PRODUCTION_STUDIES = "https://www.ebi.ac.uk/biostudies/studies"
# TransferHelpModal.vue: one host, the account differs by the kind of user folder.
PRODUCTION_FTP = "ftp-private.ebi.ac.uk"
FTP_ACCOUNTS = {"nfs": "bsftp", "ftp": "bs-upload"}


@dataclass(frozen=True, slots=True)
class Template:
    """How one submission form of the archive spells what changed between forms.

    Attributes
    ----------
    name
        Value of the ``Template`` attribute.
    annotation
        Section type of an annotation set.
    """

    name: str
    annotation: str


# BioImages.v5.json.ts writes `Annotation`, BioImages.v4.json.ts `Annotations`.
TEMPLATES = {
    template.name: template
    for template in (
        Template("BioImages.v5", "Annotation"),
        Template("BioImages.v4", "Annotations"),
    )
}


def _address(value: str) -> str:
    if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
        message = "must be a web address that begins with https://"
        raise ValueError(message)
    return value.rstrip("/")


def _template(value: str) -> str:
    if value not in TEMPLATES:
        message = f"must be one of {', '.join(TEMPLATES)}"
        raise ValueError(message)
    return value


Address = Annotated[str, AfterValidator(_address)]
TemplateName = Annotated[str, AfterValidator(_template)]


class Polling(BaseModel):
    """How a submission that is being processed is watched; all in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: float = Field(2.0, gt=0, description="Wait before the second question.")
    longest: float = Field(60.0, gt=0, description="Longest wait between questions.")
    factor: float = Field(1.5, ge=1, description="Each wait is this many times longer.")
    settle: float = Field(
        900.0,
        ge=0,
        description="How long a submission without an answer may stay a draft before "
        "it counts as not handed in.",
    )
    offline: float = Field(
        900.0, ge=0, description="How long the archive may be out of reach meanwhile."
    )
    stuck: float = Field(
        6 * 3600.0, ge=0, description="How long one status may last before we stop."
    )


class Settings(BaseModel):
    """Settings of the BioImage Archive; the defaults are the public service's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_url: Address = Field(PRODUCTION, description="Address of the submission API.")
    files_url: Address | None = Field(
        None, description="Address that files of submitted studies are read from."
    )
    study_url: Address | None = Field(
        None, description="Address of the pages of submitted studies."
    )
    token: SecretStr | None = Field(
        None, description="Session token, as `fairsubmit login` gets it."
    )
    collection: str = Field(
        "BioImages", min_length=1, description="Collection to attach submissions to."
    )
    template: TemplateName = Field(
        "BioImages.v5", description="Submission form whose fields are written."
    )
    annotation_section: str | None = Field(
        None,
        min_length=1,
        description="Section type of annotation sets, where it is not the template's.",
    )
    doi: bool = Field(default=True, description="Ask the archive to register a DOI.")
    upload: Literal["auto", "ftp", "form"] = Field(
        "auto",
        description="How files are sent: `ftp` resumes inside a file and has no limit "
        "of 20 GB; `form` needs no second password; `auto` takes ftp where its "
        "password is known.",
    )
    ftp_host: str | None = Field(None, description="FTP server for uploads.")
    ftp_port: int = Field(21, ge=1, le=65535, description="Port of the FTP server.")
    ftp_user: str | None = Field(
        None, description="FTP account shared by all depositors, shown on the website."
    )
    ftp_password: SecretStr | None = Field(
        None, description="Password of that account, shown on the website after login."
    )
    ftp_tls: Literal["auto", "required", "off"] = Field(
        "auto",
        description="Whether the FTP connection is encrypted: `auto` where the server "
        "can.",
    )
    connections: int = Field(4, ge=1, le=20, description="Files sent at a time.")
    connect_timeout: float = Field(20.0, gt=0, description="Seconds to connect.")
    read_timeout: float = Field(
        120.0, gt=0, description="Seconds without a byte of the answer."
    )
    submit_timeout: float = Field(
        1800.0,
        gt=0,
        description="Seconds for answers to checks of whole file lists, which take "
        "the archive minutes for 100,000 rows.",
    )
    polling: Polling = Field(Polling(), description="How a submission is watched.")
    user_agent: str | None = Field(None, description="Replaces our own User-Agent.")

    @property
    def form(self) -> Template:
        """The template, with the configured spelling."""
        template = TEMPLATES[self.template]
        return Template(template.name, self.annotation_section or template.annotation)

    @property
    def production(self) -> bool:
        """Whether this is a server of the institute that runs the archive."""
        host = urlsplit(self.api_url).hostname or ""
        return host == "ebi.ac.uk" or host.endswith(".ebi.ac.uk")

    @property
    def ftp_server(self) -> str | None:
        """The FTP server, if one is known."""
        return self.ftp_host or (PRODUCTION_FTP if self.production else None)

    def ftp_account(self, upload_type: str | None) -> str:
        """Return the FTP account for a kind of user folder (``uploadType``)."""
        if self.ftp_user:
            return self.ftp_user
        return FTP_ACCOUNTS.get(upload_type or "ftp", FTP_ACCOUNTS["ftp"])

    @property
    def files_address(self) -> str | None:
        """Where the files of submitted studies are read, if that is known."""
        return self.files_url or (PRODUCTION_FILES if self.production else None)

    def page(self, accession: str) -> str | None:
        """Return the page of a submitted study, if that is known."""
        base = self.study_url or (PRODUCTION_STUDIES if self.production else None)
        return f"{base}/{accession}" if base else None


class Target(BaseModel):
    """What ``targets: bioimage-archive:`` of a submission may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: TemplateName | None = None
    annotation_section: str | None = Field(None, min_length=1)
    review_type: Literal["DoubleBlind"] | None = Field(
        None, description="Hide the authors while the study is private."
    )


def read_settings(values: Mapping[str, Any]) -> Settings:
    """Validate configured values.

    Raises
    ------
    ConfigError
        If one cannot be used; the message never repeats a value, which may be a
        secret.
    """
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        message = f"the setting {key} of {NAME} cannot be used: {_words(first['msg'])}"
        known = ", ".join(sorted(Settings.model_fields))
        hint = f"correct it; the settings are {known}"
        raise ConfigError(message, hint=hint) from None


def _words(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
