"""Where in the course of things a date stands, by the words of its name: ordered, shipped, delivered, due."""

from __future__ import annotations

_STAGES = {
    0: "opened open created create ordered order purchased purchase booked booking submitted submit requested request "
    "reported hired hire admitted admission issued issue registered signup invoice enrolled call applied",
    1: "start started begin began from departure depart departed pickup approved approval assigned accepted checkin "
    "confirmed",
    2: "shipped ship shipping shipment dispatched sent carrier",
    3: "end ended finish finished to arrival arrive arrived dropoff delivered delivery received receipt checkout "
    "returned return closed close resolved resolve completed complete completion discharged discharge processed paid "
    "payment decided fired terminated termination cancelled canceled cancellation answered fixed",
    4: "due expiry expires expiration expire warranty until valid deadline promised estimated required commit",
}
_STAGE_OF = {word: stage for stage, words in _STAGES.items() for word in words.split()}
_ENDINGS = ("datetime", "timestamp", "date", "time")


def stage_of_name(name: str) -> int | None:
    """0 where it began, 1 started, 2 on its way, 3 where it ended, 4 what was planned; None where no word says.

    >>> stage_of_name("opened_at"), stage_of_name("l_shipdate"), stage_of_name("sys_updated_on")
    (0, 2, None)
    """
    for word in name.split("_"):
        for ending in ("", *_ENDINGS):
            stem = word.removesuffix(ending) if ending else word
            if stem in _STAGE_OF:
                return _STAGE_OF[stem]
    return None
