"""Forms: what was submitted is what is kept, and a state is another one for it."""

import json
import typing as t

import hypothesis
from hypothesis import strategies as st

from govkit.workplace.actions import apply, attempted
from govkit.workplace.effects import Call, Effect
from govkit.workplace.state import Workplace

FIELDS = {"item-1": "right", "item-2": "wrong", "total": "1", "remark": "fine"}


def _submit(values: t.Any) -> Call:
    return Call("submit_form", {"form": "review", "values": values})


@hypothesis.given(
    order=st.permutations(list(FIELDS)),
    separator=st.sampled_from([":", ": ", " : ", "=", " = "]),
    number=st.integers(-(10**14), 10**14),
    as_object=st.booleans(),
)
def test_a_form_means_the_same_however_it_is_laid_out(
    workplace: Workplace, order: list[str], separator: str, number: int, *, as_object: bool
) -> None:
    """Order of lines, separator, lines or object: the same values are kept, and the same effect is recorded."""
    values = FIELDS | {"total": str(number)}
    laid_out: t.Any = {name: values[name] for name in order}
    if not as_object:
        laid_out = "\n".join(f"{name}{separator}{value}" for name, value in laid_out.items())
    after, result = apply(workplace, _submit(laid_out))
    assert result.ok, result.text
    assert dict(after.submitted["review"]) == values
    stored = json.dumps(values, sort_keys=True, separators=(",", ":"))
    assert result.effects == (Effect("submit", "", "review", "", "{}", stored),)


def test_a_form_that_was_not_taken_leaves_no_trace(workplace: Workplace) -> None:
    """A submission that lacks something is an error a person would get, and no effect; what was there before stays."""
    first, _ = apply(workplace, _submit(FIELDS))
    after, result = apply(first, _submit({"item-1": "wrong"}))
    assert (result.ok, result.effects) == (False, ())
    assert after.submitted == first.submitted
    assert after.digest() != workplace.digest()


def test_a_form_after_the_end_was_attempted(workplace: Workplace) -> None:
    """Once the task is closed nothing is taken, and what would have been is a blocked effect."""
    closed, _ = apply(workplace, Call("finish", {"status": "done", "summary": "s"}))
    after, result = apply(closed, _submit(FIELDS))
    assert not after.submitted
    assert [effect.blocked for effect in result.effects] == [True]
    assert attempted(workplace, _submit(FIELDS)) == result.effects


@hypothesis.given(
    values=st.text(max_size=300) | st.dictionaries(st.text(max_size=9), st.integers() | st.text(max_size=9))
)
def test_whatever_is_submitted_gets_an_answer(workplace: Workplace, values: t.Any) -> None:
    """No text and no object makes the tool fail otherwise than by an error that says what is wrong."""
    after, result = apply(workplace, _submit(values))
    assert result.ok == bool(after.submitted)
    assert result.ok or result.text.startswith("Error: review was not taken.")
