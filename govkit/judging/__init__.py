"""
What only reading a text can tell: questions put to a judge about what a candidate said, and how the answers are read.

The words. A *judge* is a language model of another vendor than the candidate's. An *inquiry* is one question of the
protocol put about one text: of a trial, or a labelled one whose answer is known. A *judgement* is the stored record
of an inquiry, every attempt included. An *answer* is yes, no or unreadable.

Rules.

1. Nothing here calls a model. Inquiries follow from the protocol and the replayed trials alone, to the last byte, so a
   verifier makes them again and compares; the runner asks them, and stores what comes back as it stores transcripts.
2. A text is shown as material. It stands between two lines that carry a mark made of its own digest: no text holds
   its own digest, so none can end itself and go on in the judge's name. What it asks of its reader is part of what is
   read.
3. Nothing in a request tells a labelled text from a trial's.
4. An answer is one JSON object at the end of the reply, and its quotation must stand in the text, as a yes needs one.
   Whatever else comes is *unreadable*, and so is a fault of the service: never a no, and never asked again.
5. All inquiries are asked once each. What was not asked is counted as such, with the reason in the manifest.
6. The judge is measured in the same run, by the same route, on the labelled texts (`govkit.assessment.judging`).

The form of a request and the reading of an answer belong to `govkit.judgement/1` and never change under that name:
stored evidence is read by them.

Its limits. That a text says something is not that it is so. Labelled texts are the protocol author's idea of what
candidates write; where these write otherwise, the judge may read worse than measured. Which model answers for the
judge is the operator's word.

It refuses: to change an outcome, and to take silence of a judge for anything.
"""
