"""Puzzles about dates, weekdays and clocks.

Tested in tests/tasks/benchmarks/test_logic.py.
"""

from __future__ import annotations

from tasks.benchmarks.draw import Draw

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    ("January", 31), ("February", 28), ("March", 31), ("April", 30), ("May", 31), ("June", 30), ("July", 31),
    ("August", 31), ("September", 30), ("October", 31), ("November", 30), ("December", 31),
)  # fmt: skip


def date_after(draw: Draw) -> tuple[str, str]:
    """The date some days after another."""
    month, day, later = draw.between(0, 11), draw.between(1, 28), draw.between(12, 75)
    question = f"Today is {day} {_MONTHS[month][0]} of a year that is no leap year. Which date is it in {later} days?"
    day += later
    while day > _MONTHS[month][1]:
        day -= _MONTHS[month][1]
        month = (month + 1) % 12
    return f"{question} Write day and month, like 5 May.", f"{day} {_MONTHS[month][0]}"


def weekday(draw: Draw) -> tuple[str, str]:
    """The day of the week some days on."""
    today, days = draw.between(0, 6), draw.between(8, 60)
    word, sign = draw.pick((("will it be in", 1), ("was it", -1)))
    rest = f"{word} {days} days" if sign > 0 else f"{word} {days} days ago"
    return f"Today is a {_DAYS[today]}. Which day of the week {rest}?", _DAYS[(today + sign * days) % 7]


def days_between(draw: Draw) -> tuple[str, str]:
    """The days from one date to another."""
    first = draw.between(0, 8)
    last = first + draw.between(1, 3)
    start, end = draw.between(1, 28), draw.between(1, 28)
    days = sum(length for _, length in _MONTHS[first:last]) - start + end
    return (
        (
            f"In a year that is no leap year, how many days after {start} {_MONTHS[first][0]} "
            f"is {end} {_MONTHS[last][0]}?"
        ),
        str(days),
    )


def clock(draw: Draw) -> tuple[str, str]:
    """The time some minutes on."""
    start, minutes = draw.between(8 * 12, 18 * 12) * 5, draw.between(11, 40) * 5
    end = start + minutes
    return (
        (
            f"A film begins at {start // 60}:{start % 60:02d} and lasts {minutes} minutes. "
            "When does it end? Write the time like 9:05 or 17:40."
        ),
        f"{end // 60 % 24}:{end % 60:02d}",
    )
