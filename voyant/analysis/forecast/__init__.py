"""What will come, how sure that is, and what speaks for it."""

from voyant.analysis.forecast.predict import forecast as forecast
from voyant.analysis.forecast.sentences import comparisons as comparisons
