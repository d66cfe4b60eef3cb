"""
Whether evidence holds: twelve numbered steps, each with its finding, offline and without trusting whoever sends it.

     1  container   the file or folder is of the strict kind we accept
     2  signature   the signatures hold over the bytes they cover: the PDF's, and the envelope's over its statement
     3  signer      the signer is one whom the verifying person named
     4  unchanged   nothing stands outside of what was signed; the statement is about this manifest and assessment
     5  manifest    canonical, coherent, and its Merkle root is that of its leaves
     6  blobs       every file is there, is what the manifest says, and no other is; every record hashes to its leaf
     7  protocol    reads, and is the released one of that id and version, by digest
     8  plan        recomputed from protocol, candidate and request, byte for byte the same; a judge is of another
                    vendor than the candidate
     9  replay      every record replayed in a fresh workplace: tool answers, end and final state come out the same;
                    every judgement was asked for in the words that follow
    10  verdict     scores, bounds, controls and verdict recomputed: byte for byte the stored assessment
    11  report      what the PDF prints is what follows from the evidence, word by word
    12  approvals   what people decided: adjudications; decisions and waivers that travel in a report, with their
                    log, by whom they are signed, and whether they have ended since

Rules.

1. Every step that can be made is made and shown, whatever the ones before it found; one that cannot says which step it
   waits for. A step that was not made does not hold.
2. A finding names the trial where there is one, and what was expected and found.
3. Nothing is trusted for being inside or beside the evidence, its certificate least of all. An unknown signer is named
   as such, and everything else is still said.
4. Evidence holds when no step fails. It says nothing about whether the protocol asks the right thing.

It refuses: the network, the system's store of certificates, repairs, and a summary that is kinder than its worst step.
"""
