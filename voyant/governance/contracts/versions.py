"""Versions of contracts, after Semantic Versioning 2.0 (https://semver.org)."""

from __future__ import annotations

import re

from msgspec import Struct

from voyant.domain.contract import Bump
from voyant.governance.contracts.refusal import refused

_WRITTEN = re.compile(
    r"v?(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)
LONGEST = 100


class Version(Struct, frozen=True):
    """Major, minor, patch, and what comes before a release."""

    major: int
    minor: int
    patch: int
    before: tuple[str, ...] = ()

    @property
    def precedence(self) -> tuple[object, ...]:
        """Sorts as the standard says: a release after what comes before it, numbers as numbers.

        >>> precedences = [parse(text).precedence for text in ("1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0")]
        >>> sorted(precedences) == precedences
        True
        """
        parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.before)
        return (self.major, self.minor, self.patch, not self.before, parts)

    def grown_by(self, bump: Bump) -> Version:
        """The least release after it that such changes may have; before 1.0.0 a breaking change is a minor one.

        >>> str(parse("1.2.3").grown_by(Bump.MINOR)), str(parse("0.2.3").grown_by(Bump.MAJOR))
        ('1.3.0', '0.3.0')
        """
        if bump is Bump.NONE:
            return self
        if bump is Bump.MAJOR and self.major > 0:
            return Version(self.major + 1, 0, 0)
        if bump in {Bump.MAJOR, Bump.MINOR}:
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + (0 if self.before else 1))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{'.'.join(self.before)}" if self.before else "")


def parse(text: str) -> Version:
    """The version that is written so.

    Raises:
        InvalidInput: It is no semantic version.
    """
    found = _WRITTEN.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise refused(f"{text[:100]!r} is no semantic version.", remedy="Write MAJOR.MINOR.PATCH, such as 1.0.0.")
    return Version(int(found[1]), int(found[2]), int(found[3]), tuple(found[4].split(".")) if found[4] else ())
