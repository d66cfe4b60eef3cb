"""
Who says so: a claim about evidence (an in-toto Statement), sealed with a key (a DSSE envelope).

    algorithms.py   the few signature schemes there are, and whether a signature holds under one of them
    statement.py    the claim: "the run with this digest was concluded to be so", as canonical bytes
    envelope.py     the seal round the claim, and how a seal is opened

Rules.

1. A signature is over the bytes that are stored. An envelope carries the statement's bytes; they are verified first and
   read afterwards, from the very same bytes.
2. One table of algorithms serves signing and verifying, here and in the PDF. There is no negotiation: a key has exactly
   one scheme, so nothing in a hostile file can choose a weaker one.
3. *That a signature holds* and *that its signer is trusted* are two questions. This room answers the first only. The
   certificate inside an envelope says who claims to have signed; it is never trusted for being there.

It refuses: to read a clock (whether a certificate has expired is asked elsewhere, with a time given), to fetch, and to
raise anything but `EvidenceBroken` for what a stranger wrote.
"""
