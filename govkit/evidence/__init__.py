"""
Raw evidence as bytes: how it is stored, what names it, and how one altered byte is noticed.

This room knows bytes, names and hashes. It does not know what a protocol, a candidate or a verdict is, and it opens no
file: adapters bring the bytes and take them away.

A run folder is flat; its files are, in the order in which they come to be::

    protocol.json               the protocol's files, verbatim, in one canonical document; its digest names the protocol
    profile.json                what can be said of the candidate
    plan.json                   every trial there is to make
    run.json                    when the run was begun
    transcripts-000001.zst      what was said and done: records, appended (then -000002 ...)
    judge.json                  who judged what was said, where anybody did
    judgements-000001.zst       what the judge was asked and said: records, appended
    manifest.json               the table of contents; its digest names the run
    assessment.json             what was concluded (anyone can compute it again from the files above)
    attestation.json            the DSSE envelope: who says so
    adjudication-....json       what a person decided about trials, and beside it its own envelope (-....dsse.json)
    report.pdf                  for people; carries all the others as attachments

Rules.

1. A record counts once it is durable, and is never changed afterwards. What stands behind the last whole frame of a
   segment (a torn write) never counted; a resumed run cuts it off.
2. Nothing quotes anything later than itself: the manifest quotes records, the assessment and each adjudication the
   manifest, the attestation manifest and assessment.
3. Hashes are of stored bytes. The tree over the records is RFC 9162's; each record carries its own salt, so that a
   withheld record cannot be guessed from its leaf.
4. Reading is strict: a repeated key, a NaN, an unknown field, a name listed twice or a byte too many is refused,
   because two readers who resolve an ambiguity differently would see different evidence.

It refuses: to repair, to guess, and to treat anything empty as whole.
"""
