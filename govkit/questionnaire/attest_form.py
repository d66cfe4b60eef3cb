"""
The form in which people say what no evidence does: the sentences that answers wait for, to be confirmed or denied.

It is no file of attestations until somebody has filled it in: who, what and until when stand empty in it, and an empty
text is a fault there.
"""

import json
import typing as t

from govkit.questionnaire.answers import Answers
from govkit.questionnaire.rules import AttestationNeeded, Rules

HEAD: t.Final = """\
# What people still have to say. Fill in what stands in empty quotes, leave out what nobody can say, and save it as
# attest.yaml. `says` is confirmed or denied: denied is an answer too. Then sign it, each with their own key:
#
#   govkit questionnaire attest attest.yaml --key NAME.key.pem --by "as it stands under `by`"
format: govkit.attestations/1
"""


def form_for(rules: Rules, answers: Answers) -> str:
    """A form with every sentence that an answer lacks, each once; empty where none does."""
    needed = lacking(rules, answers)
    if not needed:
        return ""
    entries = "".join(_entry(each) for each in needed)
    return f"{HEAD}subject: {answers.subject.identity}\nattestations:\n{entries}"


def lacking(rules: Rules, answers: Answers) -> tuple[AttestationNeeded, ...]:
    """The sentences that nobody has confirmed or denied, in the order of the rules, each once."""
    found: dict[str, AttestationNeeded] = {}
    for rule in rules.rules:
        answer = answers.of(rule.question)
        heard = {each.id for each in answer.attestations} if answer else set()
        found |= {
            each.id: each for each in rule.attest or () if each.id not in heard and each.id not in found
        }
    return tuple(found.values())


def _entry(needed: AttestationNeeded) -> str:
    asks = json.dumps(needed.asks, ensure_ascii=False)
    return (
        f'- id: {needed.id}\n  asks: {asks}\n  says: ""\n  # {needed.give}\n  given: ""\n  by: ""\n  role: ""\n'
        '  made: ""\n  until: ""\n'
    )
