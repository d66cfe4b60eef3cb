"""
The report: a projection of evidence for people, never a source.

`ReportView` gathers what is printed. Every value in it is derived from the stored evidence and the *report record* - a
small document, stored and attached, that says when, with which template and for which signer the report was made - so a
verifier derives the same view again and compares what the PDF says with it, word by word.

Rules. Numbers stand with their n and their bounds. Text from models is shown through `shown`: visible escapes for what
cannot be printed safely, bounded length. The limits that the protocol states are printed in every report. The words
are "what the evidence shows" and "what it does not"; never "compliant". What a released template prints stays as it is:
view, drawings and `shown` only gain, so that reports made earlier still say what follows from their evidence.

What people decided (`govkit.report.decisions`) stands beside the verdict and apart from it, as their words; whether it
counts is asked further up, in `govkit.approval`.

It refuses: files, fonts and layout engines (the press is an adapter), and any figure that is not drawn from counts.
"""
