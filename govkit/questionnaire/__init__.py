"""
A buyer's or regulator's questions, answered from evidence: in their own file, each answer with what stands under it.

    instrument.py    the binding: what the instrument is, how its file is recognised, where ids, answers and comments
                     stand
    rules.py         which evidence and whose word a question needs, and which results allow which answer; lint.py
                     finds faults of sense in both
    claims.py        what verified runs say about a subject, check by check; products.py what else they and the
                     records of decisions give
    attested.py      what a person says, signed, until when
    told.py          the sentences of an answer, with run, date, subject and end
    answering.py     instrument, rules, claims and attestations to answers; nothing else enters
    answers.py       `answers.json`: the answers as they are stored and signed
    checking.py      the buyer's side: every cited digest, number, date and signature held against the evidence

Rules.

1. Only evidence and persons answer. Without either, a question *needs a person*; it is never left to a guess, and
   "unknown" is never "not applicable", which needs a justification that a person signs.
2. A question that also asks about a process is not answered by a test. What was shown is told, and the state is
   *partial* until somebody attests the rest.
3. Adverse evidence is told wherever it bears: a failed check makes the honest No, with a place for its remediation, and
   blocks every Yes that rests on it, whatever anybody attests. A waiver changes nothing about that and is told.
4. Evidence of another subject, past its age or not verified answers nothing. What it would have said is not hinted at.
5. Every sentence that states a result carries the run, its date, the subject and the day until which it may be used.
6. Questions are known by instrument, version, id and the digest of their normalised text. A text that changed under
   its id is refused by name: identifiers are reused between versions for other questions.
7. The text of an instrument whose licence forbids it is not shipped, not stored and not quoted: its id is.

It refuses: to write into a file (adapters do), to invent wording that no rule gives, and to say that a system complies
with anything.
"""
