"""Names the user gave that do not exist, and the ones that were probably meant."""

import difflib
from typing import Iterable, List

from fsop_driver.errors import UNKNOWN_NAME, DriverError


def require_known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Checks names against those that exist.

    Raises:
        DriverError: for the first unknown name, with the most similar known one.
    """
    there = sorted(set(known))
    for name in given:
        if name not in there:
            raise unknown(what, name, there)


def unknown(what: str, name: str, known: List[str]) -> DriverError:
    """Returns the error for one unknown name."""
    lowered = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    suggestion = lowered[close[0]] if close else None
    if suggestion:
        hint = f'Did you mean "{suggestion}"?'
    else:
        hint = (
            f"There {'is' if len(known) == 1 else 'are'}: {', '.join(known)}."
            if known
            else f"There is no {what} at all."
        )
    return DriverError(
        UNKNOWN_NAME,
        f'There is no {what} "{name}".',
        hint=hint,
        details={"unknown": name, "known": known, "suggestion": suggestion},
    )
