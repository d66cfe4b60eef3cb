"""What an operator is told when the candidate's service fails the run."""

from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.transcript import Failure
from govkit.workflow.outage import failure

PROFILE = profile_of(named_candidate("openai/any"))


def test_advice_fits_what_came() -> None:
    """A reply that is too large is no service that is down, and a page of a web site is no model."""
    large = Failure(
        kind="malformed", detail="the reply has more than 2097152 bytes and was not read to its end"
    )
    told = failure(large, PROFILE)
    assert "larger than any reply that is taken" in told.what
    assert "max_tokens" in (told.fix or "")
    page = failure(Failure(kind="malformed", detail="Expecting value"), PROFILE)
    assert "gives no chat completions" in page.what
    assert "/v1" in (page.fix or "")
    assert "see that it is up" in (failure(Failure(kind="timeout", detail="late"), PROFILE).fix or "")
