"""`govkit adjudicate`: what people say of trials that the machine has labelled."""

import json
import pathlib
import typing as t

import click

from govkit.cli import one_line, printable, say
from govkit.errors import AskedWrongly

PPM_PER_HUNDREDTH = 100
"""Parts per million in a hundredth of a percent."""


@click.command("adjudicate")
@click.argument("run", type=click.Path(path_type=pathlib.Path))
@click.option(
    "--sample",
    type=click.IntRange(1, 1_000_000),
    help="How many trials to read beside the violations [default: 20; with --filled, the form says it].",
)
@click.option("--form", type=click.Path(dir_okay=False, path_type=pathlib.Path), metavar="FILE",
              help="Write a form to fill in, in any editor: YAML, or JSON by its suffix.")  # fmt: skip
@click.option(
    "--blind",
    is_flag=True,
    help="Keep the machine's labels from the reader, and mix violations with the others.",
)
@click.option(
    "--show", "shown", metavar="TRIAL", help="Show the whole conversation of a trial, by its first digits."
)
@click.option("--filled", type=click.Path(dir_okay=False, path_type=pathlib.Path), metavar="FILE",
              help="Sign the decisions in this form and put them into the run folder.")  # fmt: skip
@click.option(
    "--key",
    "key_ref",
    envvar="GOVKIT_KEY",
    metavar="REF",
    help="With --filled, the reader's own key: NAME.key.pem, a .p12 file or a pkcs11: URI. Its passphrase is read "
    "from GOVKIT_KEY_PASSPHRASE.",
)
@click.option("--by", metavar="TEXT", help='With --filled, who decides: "Name, role".')
@click.option("--replace", is_flag=True, help="With --filled, replace this signer's earlier decisions.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(
    run: pathlib.Path, sample: int | None, form: pathlib.Path | None, shown: str | None,
    filled: pathlib.Path | None, key_ref: str | None, by: str | None, *, blind: bool, replace: bool, as_json: bool,
) -> int:  # fmt: skip
    """
    Read trials of the run folder RUN and confirm or overturn what the machine read, with reasons, signed.

    Alone, it lists what there is to read: every violation, and a random sample of the others that nobody picks. Then:
    --form writes a form; fill it in; --filled signs it. The machine's assessment is never changed: verdicts by the
    labels that decide stand beside it. Several readers sign with keys of their own.
    """
    from govkit.adjudication.worklist import SAMPLE
    from govkit.api.adjudicating import open_run, write_form

    _check_options(sample, form, shown, filled, key_ref, by, blind=blind, replace=replace, as_json=as_json)
    bench = open_run(run)
    if filled is not None:
        return _sign(bench, filled, key_ref or "", by or "", replace=replace, as_json=as_json)
    if shown is not None:
        return _show(bench, shown, blind=blind, as_json=as_json)
    if form is not None:
        number = write_form(bench, form, sample or SAMPLE, blind=blind)
        say(f"{number} trials to decide. Fill it in, then: {_next(run, form)}")
        click.echo(form)
        return 0
    return _list(bench, sample or SAMPLE, blind=blind, as_json=as_json)


def _check_options(
    sample: int | None, form: pathlib.Path | None, shown: str | None, filled: pathlib.Path | None,
    key_ref: str | None, by: str | None, *, blind: bool, replace: bool, as_json: bool,
) -> None:  # fmt: skip
    """Raises `AskedWrongly` for options that do not go together, before anything is read."""
    asked = [name for name, value in (("--form", form), ("--show", shown), ("--filled", filled)) if value]
    if len(asked) > 1:
        raise AskedWrongly("These options do not go together.", found=" ".join(asked), fix="give one of them")
    given = (("--sample", sample, not (shown or filled)), ("--blind", blind, not filled), ("--by", by, filled),
             ("--replace", replace, filled), ("--json", as_json, not form))  # fmt: skip
    idle = [name for name, value, fits in given if value and not fits]
    if idle:
        with_what = asked[0] if asked else "the list alone"
        raise AskedWrongly(f"With {with_what}, {idle[0]} says nothing.", fix=f"leave {idle[0]} out")
    if filled and not (key_ref and by):
        lacking = "--key" if not key_ref else "--by"
        fix = 'give --key REF and --by "Name, role": decisions are signed by who made them'
        raise AskedWrongly(f"With --filled, {lacking} is needed.", fix=fix)


def _next(run: pathlib.Path, form: pathlib.Path) -> str:
    return one_line(f'govkit adjudicate {run} --filled {form} --key REF --by "Name, role"')


# --- what there is to read ---


def _list(bench: t.Any, sample: int, *, blind: bool, as_json: bool) -> int:
    shown = bench.read(bench.worklist(sample, blind=blind), blind=blind)
    if as_json:
        trials = [_plain(each, blind=blind) for each in shown]
        found = {"manifest": bench.digest, "sample": sample, "blind": blind, "trials": trials}
        decided = {} if blind else {"adjudicated": _plain_result(bench.found.adjudicated)}
        click.echo(json.dumps(found | decided, indent=2))
        return 0
    for line in _listed(bench, shown, blind=blind):
        click.echo(printable(line))
    if not shown:
        say("No trial of this run was counted: there is nothing to read.")
        return 0
    # What others decided would lead a reader as the machine's labels do.
    for line in () if blind or bench.found.adjudicated is None else _result(bench.found.adjudicated):
        click.echo(printable(line))
    extra = " --blind" if blind else ""
    say(
        f"Next: govkit adjudicate {one_line(str(bench.folder))} --form FILE.yaml{extra} writes a form to fill in."
    )
    return 0


def _listed(bench: t.Any, shown: t.Sequence[t.Any], *, blind: bool) -> t.Iterator[str]:
    from govkit.api.adjudicating import levels, places, short
    from govkit.trial.plan import is_deciding

    violations = sum(each.listed.chosen == "violation" for each in shown)
    drawn = f"{len(shown) - violations} of the {bench.others} others"
    yield f"{bench.release.name} against {bench.profile.name}: {len(shown)} trials to read"
    if not blind:
        read = (
            f"{violations} that read violated, which is all of them"
            if violations
            else "none that read violated"
        )
        yield f"{read}, and {drawn}, in an order that nobody chooses"
    check = ""
    for each in sorted(
        shown, key=lambda each: blind or bench.plan.request.checks.index(each.listed.trial.check)
    ):
        trial = each.listed.trial
        if trial.check != check:
            check = trial.check
            yield f"\n{bench.release.check(check).title}"
        label = "" if blind else f"{each.listed.machine:11}"
        decides = " (decides)" if is_deciding(bench.release.check(check), trial.condition) else ""
        yield f"  {short(trial.name)}  {label}{trial.scenario}: {levels(trial.condition)}{decides}"
        for place in () if blind else (*places(each.acts),) or (each.reason,):
            yield f"  {'':14}{'':11}{place}"
    yield ""


def _plain(each: t.Any, *, blind: bool) -> dict[str, t.Any]:
    trial = each.listed.trial
    label = {
        "chosen": each.listed.chosen,
        "machine": each.listed.machine,
        "reason": each.reason,
        "acts": [
            {"exchange": act.exchange, "call": act.call, "what": act.what, "blocked": act.blocked}
            for act in each.acts
        ],
    }
    return {
        "trial": trial.name,
        "check": trial.check,
        "scenario": trial.scenario,
        "condition": dict(trial.condition),
        **({} if blind else label),
        "conversation": [_plain_turn(turn) for turn in each.turns],
    }


def _plain_turn(turn: t.Any) -> dict[str, t.Any]:
    return {"who": turn.who, "agent": turn.agent, "text": turn.text, "cut": turn.cut, "act": turn.act}


def _show(bench: t.Any, name: str, *, blind: bool, as_json: bool) -> int:
    from govkit.api.adjudicating import levels, read_as, whole_conversation
    from govkit.report.reading import lines_of

    shown = whole_conversation(bench, name, blind=blind)
    if as_json:
        click.echo(json.dumps(_plain(shown, blind=blind), indent=2))
        return 0
    trial = shown.listed.trial
    head = [
        f"trial {trial.name}",
        f"{bench.release.check(trial.check).title}",
        f"{bench.release.scenarios[trial.scenario].title} ({levels(trial.condition)})",
    ]
    if not blind:
        head += read_as(shown)
    for line in (*head, "", *lines_of(shown.turns)):
        click.echo(printable(line))
    return 0


# --- what was decided ---


def _sign(bench: t.Any, filled: pathlib.Path, key_ref: str, by: str, *, replace: bool, as_json: bool) -> int:
    from govkit.adapters.keys import load_key
    from govkit.adjudication.model import document_name, stem_of
    from govkit.api.adjudicating import adjudicate
    from govkit.cli.report import passphrase

    key = load_key(key_ref, passphrase())
    adjudicated = adjudicate(bench, filled, key, by=by, replace=replace)
    if as_json:
        click.echo(json.dumps(_plain_result(adjudicated), indent=2))
    for line in () if as_json else _result(adjudicated):
        click.echo(printable(line))
    say("Signed. Whoever verifies the run is to trust this signer's certificate too (--trust).")
    if not as_json:
        click.echo(bench.folder / document_name(stem_of(key.fingerprint)))
    return 0


def _result(found: t.Any) -> t.Iterator[str]:
    yield f"{'by machine':13} {'by labels that decide':22} check"
    for check in found.checks:
        decided = f"{check.verdict.upper()} ({_WHO[check.decided_by]})"
        yield f"{check.machine.upper():13} {decided:22} {check.title}: {check.sentence}"
        yield f"{'':37}precision {_share(check.precision)}; miss rate {_share(check.miss_rate)}"
    yield f"{found.machine.upper():13} {f'{found.verdict.upper()} ({_WHO[found.decided_by]})':22} {found.sentence}"
    for pair in found.pairs:
        yield (
            f"readers {_reader(found, pair.one)} and {_reader(found, pair.other)}: the same outcome in "
            f"{pair.outcomes.agree} of {pair.outcomes.trials} trials {_coefficients(pair.outcomes)}; whether it is a "
            f"violation, the same in {pair.act.agree} {_coefficients(pair.act)}"
        )


_WHO: t.Mapping[str, str] = {"both": "both", "people": "people", "machine": "disputed"}


def _reader(found: t.Any, fingerprint: str) -> str:
    return str(next(each.document.by for each in found.readers if each.fingerprint == fingerprint))


def _share(share: t.Any) -> str:
    if share.lower_ppm is None or share.upper_ppm is None:
        return "unknown, for none was read"
    low, high = share.lower_ppm // PPM_PER_HUNDREDTH / 100, -(-share.upper_ppm // PPM_PER_HUNDREDTH) / 100
    return f"{share.part} of {share.whole} (at least {low:.2f} %, at most {high:.2f} %)"


def _coefficients(agreement: t.Any) -> str:
    kappa, ac1 = (
        "undefined" if ppm is None else f"{ppm / 1_000_000:.2f}"
        for ppm in (agreement.kappa_ppm, agreement.ac1_ppm)
    )
    return f"(kappa {kappa}, AC1 {ac1})"


def _plain_result(found: t.Any) -> dict[str, t.Any] | None:
    if found is None:
        return None
    import dataclasses

    return {
        "machine": found.machine,
        "verdict": found.verdict,
        "decided_by": found.decided_by,
        "sentence": found.sentence,
        "readers": [
            {"fingerprint": each.fingerprint, "by": each.document.by, "signed": each.document.signed,
             "blind": each.document.blind, "sample": each.document.sample, "read": len(each.document.labels)}
            for each in found.readers
        ],
        "checks": [
            {name: value for name, value in dataclasses.asdict(check).items() if name != "result"}
            for check in found.checks
        ],
        "agreement": [dataclasses.asdict(pair) for pair in found.pairs],
        "labels": [
            {"trial": row.trial.name, "check": row.trial.check, "chosen": row.chosen, "machine": row.machine,
             "people": [dataclasses.asdict(said) for said in row.said],
             "outcome": row.outcome, "decided_by": row.decided_by, "disputed": row.disputed}
            for row in found.rows
        ],
    }  # fmt: skip
