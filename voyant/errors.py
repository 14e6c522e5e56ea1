"""Everything Voyant raises, and the one catalogue of its codes.

    VoyantError
      CallerError             the caller can fix it
        InvalidInput            the request, a parameter or the data cannot be used as given
        NotFound                no such job, source, artifact, table
        NotPermitted            this caller may not
        Conflict                it contradicts something that stands already
        QueryRejected           SQL that is refused
        GateFailed              the data do not meet what was declared of them
      ExternalSystemError     names the system
        Unavailable             retry may help
        Rejected                final
        UnexpectedReply         final
      ConfigurationError      an operator must fix it
      Busy                    too much is asked at once; retry later
      JobCancelled            the caller called it off
      JobFailed               passes on what a job failed of
      InternalError           a fault of ours

Whether a retry can help stands in the type: ``Unavailable`` and ``Busy``, and no other.
"""

from __future__ import annotations

import errno
from enum import Enum
from typing import Any, ClassVar


class Code(Enum):
    """A VYNT code with its HTTP status, its title, and what to do where the error says nothing closer."""

    INVALID_BODY = (1001, 422, "Invalid request", "Correct the named field and send it again.")
    UNKNOWN_COLUMN = (1002, 422, "Unknown column", "Use one of the columns listed.")
    BAD_TIME = (1003, 422, "Bad date or time", "Give a date, a time or a period as the message shows.")
    MISSING_PARAMETER = (1004, 422, "Missing parameter", "Give the named parameter.")
    BAD_KPI = (1005, 422, "Bad KPI or template", "Give NAME=SQL with an aggregate such as sum(amount), or a SELECT.")
    SQL_REFUSED = (1006, 422, "SQL refused", "Send one read-only SELECT over the listed tables.")
    UNSUPPORTED = (1007, 422, "Unsupported source or format", "Convert it to one of the supported formats.")
    IDEMPOTENCY_KEY_REUSED = (1008, 409, "Idempotency key reused", "Send another key, or the first request again.")
    TOO_LARGE = (1009, 413, "Too large", "Send less, or raise the named limit.")
    JOB_CANCELLED = (1010, 409, "Job cancelled", "Ask again if it is still wanted.")
    JOB_NOT_COMPLETED = (1011, 409, "Job not completed", "Wait until its status is completed, then ask again.")
    NOT_CANCELLABLE = (1012, 409, "Job has ended", "Nothing is left to do.")
    METHOD_NOT_ALLOWED = (1013, 405, "Method not allowed", "Use one of the methods that the header Allow lists.")
    UNSUPPORTED_MEDIA_TYPE = (1014, 415, "Unsupported media type", "Send the body as the named media type.")
    RANGE_NOT_SATISFIABLE = (1015, 416, "Range not satisfiable", "Ask for a range within the length given.")
    BAD_RULE = (1016, 422, "Bad rule", "Correct the named rule.")
    BAD_CONTRACT = (1017, 422, "Bad contract", "Correct the contract at the place named.")
    CONTRACT_STANDS = (1018, 409, "Contract stands already", "Give the changed contract a version of its own.")
    NAME_TAKEN = (1019, 409, "Name taken", "Choose another name, or remove what bears it first.")
    BAD_PRESET = (1020, 422, "Bad preset", "Correct the preset at the place named.")
    MALFORMED_HTTP = (1021, 400, "Malformed HTTP", "Use a client that speaks HTTP/1.1.")
    NO_JOB = (2001, 404, "No such job", "List the jobs with: voyant job list")
    NO_ARTIFACT = (2002, 404, "No such artifact", "List the artifacts with: voyant artifact list JOB")
    NO_SOURCE = (2003, 404, "No such source", "Check the path; list known sources with: voyant source list")
    NO_BASELINE = (2004, 404, "No such baseline", "List the baselines with: voyant baseline list")
    NO_CONTRACT = (2005, 404, "No such contract", "List the contracts with: voyant contract list")
    NO_TABLE = (2006, 404, "No such table", "Use one of the tables listed.")
    NO_TEMPLATE = (2007, 404, "No such preset or template", "Use one of those listed.")
    NO_ROUTE = (2008, 404, "No such address", "See /docs for the addresses there are.")
    OTHER_TENANT = (3004, 403, "Other tenant", "Leave the header X-Tenant-ID out.")
    UNTRUSTED_ORIGIN = (3006, 403, "Host or origin not allowed", "Use a name that VOYANT_ALLOWED_HOSTS holds.")
    STORAGE_FULL = (4003, 507, "Storage is full", "Free some space, or point VOYANT_HOME at another disk.")
    INTERNAL = (5001, 500, "Internal error", "This is a fault of ours: please report it with the message.")
    DATABASE = (5002, 503, "Database error", "Wait until the database answers again, or see: voyant doctor")
    TIMEOUT = (5003, 504, "Time limit reached", "Ask for less, or raise the named limit.")
    WORKFLOW_ENGINE = (
        5004,
        503,
        "Workflow engine away",
        "Start Temporal, or correct VOYANT_TEMPORAL_ADDRESS; jobs wait.",
    )
    BUSY = (5005, 503, "Busy", "Wait as long as Retry-After says, then send it again.")
    CONFIGURATION = (5006, 500, "Configuration error", "Correct the named setting.")
    NOT_READY = (5007, 503, "Not ready", "Mend what the checks name, or wait until it has started.")
    WEB_SERVER = (6001, 502, "Web server failed", "Try again later, or ask who runs the server.")
    POSTGRESQL = (6002, 502, "PostgreSQL failed", "Try again later, or ask who runs the database.")
    MYSQL = (6003, 502, "MySQL failed", "Try again later, or ask who runs the database.")
    CONTRACT_VIOLATED = (7001, 422, "Contract violated", "Mend the rows named at their source, or change the contract.")
    NOT_ENOUGH_DATA = (7002, 422, "Not enough data", "Give a source with at least one row and one column.")
    DRIFT = (7003, 422, "Drift", "Look at drift.json; pin what the data shall be compared with: voyant baseline pin")
    NO_MODEL_FITS = (7004, 422, "No model fits", "Ask for another column, or give other columns to learn from.")
    GATE_FAILED = (7005, 422, "Gate failed", "Mend what failed, or ask for less: the result says which checks failed.")
    UNREADABLE = (8001, 422, "Unreadable data", "Check that the file is whole and of the format it claims.")
    ENCODING = (8002, 422, "Unknown encoding", "Save the file as UTF-8 and try again.")
    LOCATION_NOT_ALLOWED = (8003, 403, "Location not allowed", "Use a public address, or allow it by the setting.")
    UNREACHABLE = (8004, 502, "Unreachable", "Check the address and the network, then try again.")
    COMPONENT_MISSING = (8007, 422, "Component not installed", "Install the named extra.")
    SOURCE_REFUSES = (8008, 403, "Refused by the source", "Check user, password and rights.")

    def __init__(self, number: int, status: int, title: str, remedy: str) -> None:
        self.number = number
        self.status = status
        self.title = title
        self.remedy = remedy

    def __str__(self) -> str:
        return f"VYNT-{self.number}"

    @classmethod
    def of(cls, text: str) -> Code:
        """The code that is written so."""
        return next(code for code in cls if str(code) == text)


class VoyantError(Exception):
    """What went wrong, the value received, and what the caller could do next.

    Args:
        code: The entry of the catalogue.
        message: One sentence with the value received and, where they can be listed, those allowed.
        remedy: What to do next; the catalogue's own where none is given.
        data: Machine-readable details, safe to show to the caller: never a secret.
    """

    default_code: ClassVar[Code] = Code.INTERNAL
    retry_allowed: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        code: Code | None = None,
        remedy: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.message = message
        self.remedy = remedy or self.code.remedy
        self.data = data or {}

    def as_dict(self) -> dict[str, Any]:
        """The error as results, job rows and faces show it."""
        return {
            "code": str(self.code),
            "title": self.code.title,
            "message": self.message,
            "remedy": self.remedy,
            "retry_allowed": self.retry_allowed,
            "data": self.data,
        }


class CallerError(VoyantError):
    """The caller can fix it."""

    default_code = Code.INVALID_BODY


class InvalidInput(CallerError):
    """The request, a parameter or the data cannot be used as given."""


class NotFound(CallerError):
    """No such job, source, artifact or table for this caller."""

    default_code = Code.NO_SOURCE


class NotPermitted(CallerError):
    """This caller may not do that."""

    default_code = Code.LOCATION_NOT_ALLOWED


class Conflict(CallerError):
    """It contradicts something that stands already."""


class QueryRejected(CallerError):
    """SQL that is refused."""

    default_code = Code.SQL_REFUSED


class GateFailed(CallerError):
    """The data do not meet what was declared of them."""

    default_code = Code.CONTRACT_VIOLATED


class ExternalSystemError(VoyantError):
    """An outside system failed; ``system`` names it."""

    default_code = Code.UNREACHABLE

    def __init__(self, message: str, *, system: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.system = system


class Unavailable(ExternalSystemError):
    """The system did not answer: a retry may help."""

    retry_allowed = True


class Rejected(ExternalSystemError):
    """The system said no: final."""


class UnexpectedReply(ExternalSystemError):
    """The system answered what it should not: final."""


class ConfigurationError(VoyantError):
    """An operator must fix it; the message names the setting and every place looked in."""

    default_code = Code.CONFIGURATION


class Busy(VoyantError):
    """Too much is asked at once: the same request will be taken later."""

    default_code = Code.BUSY
    retry_allowed = True


class JobCancelled(VoyantError):
    """Somebody called the job off."""

    default_code = Code.JOB_CANCELLED


class JobFailed(VoyantError):
    """What a job failed of, as its row keeps it."""

    def __init__(self, job_id: str, kept: dict[str, Any]) -> None:
        super().__init__(
            kept["message"],
            code=Code.of(kept["code"]),
            remedy=kept["remedy"],
            data=kept["data"] | {"job_id": job_id},
        )
        self._retry_allowed: bool = kept["retry_allowed"]

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"retry_allowed": self._retry_allowed}


class InternalError(VoyantError):
    """A fault of ours."""


def extra_missing(what: str, extra: str) -> InvalidInput:
    """The error where something needs an extra that is not installed."""
    return InvalidInput(
        f"{what} needs the extra {extra!r}, which is not installed.",
        code=Code.COMPONENT_MISSING,
        remedy=f"Install it: pip install 'voyant[{extra}]'",
    )


def as_disk_full(error: BaseException) -> ConfigurationError | None:
    """The error to raise where any library's error means that the disk is full; else None.

    Some give the system's error number, some only its text, and some wrap one that does.
    """
    link: BaseException | None = error
    while link is not None:
        number = link.errno if isinstance(link, OSError) else None
        if number in {errno.ENOSPC, errno.EDQUOT} or any(words in str(link) for words in _DISK_FULL):
            return ConfigurationError("The disk is full.", code=Code.STORAGE_FULL)
        link = link.__cause__
    return None


_DISK_FULL = ("No space left on device", "Disk quota exceeded", "database or disk is full")
