"""The day on which small rule sets are asked, in two zones of which one is a day ahead, and periods around it."""

from __future__ import annotations

from datetime import date, timedelta

from compliance.model.period import Period

MOSCOW, TOKYO = "Europe/Moscow", "Asia/Tokyo"
DAY = date(2024, 6, 1)
ONE = timedelta(days=1)
DAYS = {MOSCOW: DAY, TOKYO: DAY + ONE}
SOON, OVER, LATER = Period(None, DAY + 3 * ONE), Period(None, DAY - ONE), Period(DAY + 3 * ONE, None)
"""What soon ends, what has ended, what is still to come."""
