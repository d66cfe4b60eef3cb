"""
The register: which systems were tested, what was decided about them, until when, and what is due.

    entry.py      a run and a record, as the register knows them
    reading.py    a run's entry, from the small files of its folder; certificate.py whom a certificate names
    records.py    a book's records, each with whether it counts
    due.py        what ends, and when: approvals, waivers, conditions, evidence, certificates, policies
    listing.py    candidates with all that, in one order

Rules.

1. The register is never the source. An entry says what the files of a run say of themselves, held against one another
   and against the signature; no trial was replayed. Whoever decides on it verifies first (`govkit verify`).
2. Whether a record counts is asked of `govkit.approval.matching` and nowhere else, each time anew, from the record's
   own bytes and signatures. Nothing that was once found to count is remembered.
3. Nothing that was found is hidden: a folder that cannot be read, or does not fit together, is an entry that says why.
4. What is past its end stays listed as long as something rests on it. It goes when it was renewed or revoked.

It refuses: to read a clock or a folder, and to say that a system may be deployed. That is the gate's.
"""
