"""Remarks are short, typeset, and never repeated a hundred thousand times."""

from parc.domain.intake_issue import (
    LONGEST_VALUE,
    MOST_PER_KIND,
    IssueLog,
    french,
    issue,
)


def test_french_signs_do_not_break_away() -> None:
    assert french("« Prix » : 90 % ?") == ("«\u00a0Prix\u00a0»\u00a0: 90\u00a0%\u00a0?")


def test_a_long_cell_is_quoted_short() -> None:
    found = issue(3, "Notes", "odd", "x" * 5_000, "Trop long.")

    assert found.value == "x" * LONGEST_VALUE
    assert issue(3, None, "odd", None, "Rien.").value is None
    assert issue(3, None, "odd", 0, "Zéro.").value == "0"


def test_a_remark_that_repeats_is_told_once_with_its_count() -> None:
    log = IssueLog("Parc")
    log.add(2, "Statut", "unknown_state", "Lost", "Inconnu.")
    assert log.issues()[0].message == "Inconnu."

    log.add(5, "Statut", "unknown_state", "Lost", "Inconnu.")
    assert log.issues()[0].message == "Inconnu. (Et 1 autre ligne.)"

    log.add(9, "Statut", "unknown_state", "Lost", "Inconnu.")
    (told,) = log.issues()
    assert told.message == "Inconnu. (Et 2 autres lignes.)"
    assert (told.line, told.value, told.sheet) == (2, "Lost", "Parc")


def test_other_values_columns_and_reasons_are_told_apart() -> None:
    log = IssueLog()
    for column, code, value in (("A", "x", "1"), ("A", "x", "2"), ("B", "x", "1")):
        log.add(2, column, code, value, "Non.")
    log.add(2, "A", "y", "1", "Non.")

    assert len(log.issues()) == 4


def test_beyond_some_values_the_rest_is_only_counted() -> None:
    log = IssueLog()
    for line in range(MOST_PER_KIND + 5):
        log.add(line, "Catégorie", "unknown_category", f"mot {line}", "Inconnue.")

    told = log.issues()

    assert len(told) == MOST_PER_KIND + 1
    assert told[-1].line is None
    assert "Et 5 autres remarques" in told[-1].message
