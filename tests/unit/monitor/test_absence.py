"""When the user has come back, and the summary that is shown then."""

from __future__ import annotations

from collections import Counter

from hingtui.monitor.absence import Absence, Happened, Summary


def test_the_first_input_after_ten_minutes_summarises() -> None:
    absence = Absence(0.0)
    absence.happened(Happened.SAVED, 3)
    absence.happened(Happened.EXPIRED)
    for second in range(0, 700, 5):
        assert absence.time_passed(second) is None
    counts = Counter({Happened.SAVED: 3, Happened.EXPIRED: 1})
    assert absence.person_came(700.0) == Summary(700.0, counts)
    assert absence.person_came(701.0) is None


def test_a_user_who_was_present_gets_no_summary() -> None:
    absence = Absence(0.0)
    absence.happened(Happened.SAVED)
    assert absence.person_came(590.0) is None
    assert absence.person_came(1200.0) is None, "that was seen"


def test_an_absence_in_which_nothing_happened_is_not_mentioned() -> None:
    assert Absence(0.0).person_came(9000.0) is None


def test_after_a_stop_the_summary_waits_for_the_gateway() -> None:
    absence = Absence(0.0)
    assert absence.time_passed(1.0) is None
    assert absence.time_passed(400.0) is None
    assert absence.person_came(401.0) is None
    absence.happened(Happened.READY, 2)
    assert absence.time_passed(410.0) is None
    assert absence.time_passed(415.0) == Summary(415.0, Counter({Happened.READY: 2}))
    assert absence.person_came(416.0) is None
