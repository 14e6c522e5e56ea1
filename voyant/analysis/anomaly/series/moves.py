"""What departs from the ways of a series, put together: shifts, bends, and what is left without them."""

from __future__ import annotations

from msgspec import Struct

from voyant.analysis.anomaly.series.search import Departure, Shape, departures, leading_bends
from voyant.analysis.anomaly.series.shifts import Shift, explained
from voyant.analysis.anomaly.series.steady import comes_in_bursts
from voyant.analysis.anomaly.series.tails import Floats


class Moves(Struct, frozen=True):
    """Shifts and bends, and the values without some of them.

    Attributes:
        bent: What leading bends add to the values.
        base: Without leading bends and without stretches that end (NaN there).
    """

    bends: tuple[Departure, ...]
    bent: Floats
    base: Floats
    shifts: tuple[Shift, ...]

    @classmethod
    def of(cls, searched: Floats, least: float, level: float, *, bursts: bool) -> Moves:
        bends, bent = leading_bends(searched, least, level, bursts=bursts)
        straight = searched - bent
        departed = departures(straight, least, level, shapes=frozenset({Shape.STEP, Shape.PULSE}), bursts=bursts)
        base, shifts = explained(straight, departed)
        flat = base.copy()
        for shift in shifts:
            if shift.lasting:
                flat[shift.start :] -= shift.size
        bends += departures(flat, least, level, shapes=frozenset({Shape.BEND}), bursts=bursts)
        return cls(tuple(bends), bent, base, tuple(shifts))

    def rest(self, searched: Floats) -> Floats:
        """The values with every shift undone, those that end as well."""
        rest = searched - self.bent
        for shift in self.shifts:
            rest[shift.start : shift.end] -= shift.size
        return rest


def moves_of(searched: Floats, least: float, level: float) -> Moves:
    """What departs from the ways of a series.

    Where large values come in bursts although all that departs is undone, the search is repeated with that in mind. Not
    before: a stretch at another level makes bursts by itself, which do not speak against it.
    """
    found = Moves.of(searched, least, level, bursts=False)
    if (found.shifts or found.bends) and comes_in_bursts(found.rest(searched)):
        return Moves.of(searched, least, level, bursts=True)
    return found
