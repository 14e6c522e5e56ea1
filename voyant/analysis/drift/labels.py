"""How bins and numbers are called."""

from __future__ import annotations


def bin_label(low: float, high: float) -> str:
    """
    >>> bin_label(20.0, 50.0), bin_label(0.25, 0.25)
    ('20–50', '0.25')
    """
    return edge(low) if low == high else f"{edge(low)}–{edge(high)}"


def edge(value: float) -> str:
    """A bin's edge, to four digits where it is small.

    >>> edge(1234.5), edge(2000000.0), edge(-0.25), edge(9.676254)
    ('1,234', '2,000,000', '−0.25', '9.676')
    """
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"
    return text.replace("-", "−")
