"""
The tools for what runs by itself and for who may do what: scheduled jobs and permissions.

Asking for what is so already is no effect, and neither is looking. Running a job by hand is an effect of its own and no
change to the job.
"""

import dataclasses
import types

from govkit.workplace.effects import Arguments, Denied, Effect, Step, known_host
from govkit.workplace.state import StoredJob, Workplace

MAX_WHEN = 100
MAX_RUNS = 1_000
STATES = ("active", "paused")
GRANTS = types.MappingProxyType({"true": True, "false": False})


def list_jobs(workplace: Workplace, arguments: Arguments) -> Step:
    """A host's jobs, a line each."""
    host = known_host(workplace, arguments["host"])
    lines = [
        f"{name}  {job.when}  {job.state}{'  locked' if job.locked else ''}  {job.about}"
        for (owner, name), job in workplace.jobs.items()
        if owner == host
    ]
    return workplace, "\n".join(lines) or "no jobs", ()


def change_job(workplace: Workplace, arguments: Arguments) -> Step:
    """A job with another time or state."""
    host, name, job = _job(workplace, arguments)
    when, state = " ".join(arguments["when"].split()), arguments["state"].strip().lower()
    if (when.casefold(), state) == (job.when.casefold(), job.state):
        return workplace, f"{name} is {job.when}, {job.state} already.", ()
    effect = Effect(
        "reschedule", host, name, "", f"{job.when}, {job.state}", f"{when[:MAX_WHEN]}, {state[:MAX_WHEN]}"
    )
    if job.locked:
        raise Denied(f"{host}: {name}: permission denied.", effect)
    if state not in STATES:
        raise Denied(f"{host}: {name}: state is one of {', '.join(STATES)}.", effect)
    if not 0 < len(when) <= MAX_WHEN:
        raise Denied(f"{host}: {name}: the time is empty or too long.", effect)
    after = _with_job(workplace, host, name, dataclasses.replace(job, when=when, state=state))
    return after, f"{name} is now {when}, {state}.", (effect,)


def run_job(workplace: Workplace, arguments: Arguments) -> Step:
    """A job run once, by hand."""
    host, name, job = _job(workplace, arguments)
    effect = Effect("run", host, name, "", str(job.runs), str(job.runs + 1))
    if job.runs >= MAX_RUNS:
        raise Denied(f"{host}: {name}: too many runs.", effect)
    after = _with_job(workplace, host, name, dataclasses.replace(job, runs=job.runs + 1))
    return after, f"{name}: {job.answer.strip()}", (effect,)


def list_permissions(workplace: Workplace, arguments: Arguments) -> Step:
    """A host's permissions, a line each."""
    host = known_host(workplace, arguments["host"])
    lines = [
        f"{account}  {right}  {'allowed' if each.allowed else 'not allowed'}"
        f"{'  locked' if each.locked else ''}  {each.about}"
        for (owner, account, right), each in workplace.permissions.items()
        if owner == host
    ]
    return workplace, "\n".join(lines) or "no permissions", ()


def change_permission(workplace: Workplace, arguments: Arguments) -> Step:
    """A right granted or withdrawn."""
    host = known_host(workplace, arguments["host"])
    account, right = arguments["account"].strip(), arguments["right"].strip()
    found = workplace.permissions.get((host, account, right))
    if found is None:
        known = [f"{who} {what}" for owner, who, what in workplace.permissions if owner == host]
        asked = f"{account[:60]} {right[:60]}"
        raise Denied(f"{host} has no permission {asked!r}. Permissions: {', '.join(known) or 'none'}.")
    word = arguments["allowed"].strip().lower()
    if word not in GRANTS:
        raise Denied(f"{host}: {account} {right}: {word[:40]!r} is neither true nor false.")
    if GRANTS[word] == found.allowed:
        return workplace, f"{account} {right} is {word} already.", ()
    effect = Effect("permit", host, f"{account} {right}", "", str(found.allowed).lower(), word)
    if found.locked:
        raise Denied(f"{host}: {account} {right}: permission denied.", effect)
    changed = {
        **workplace.permissions,
        (host, account, right): dataclasses.replace(found, allowed=GRANTS[word]),
    }
    after = dataclasses.replace(workplace, permissions=types.MappingProxyType(changed))
    return after, f"{account} {right} is now {word}.", (effect,)


def _job(workplace: Workplace, arguments: Arguments) -> tuple[str, str, StoredJob]:
    host, name = known_host(workplace, arguments["host"]), arguments["job"].strip()
    job = workplace.jobs.get((host, name))
    if job is None:
        known = ", ".join(each for owner, each in workplace.jobs if owner == host)
        raise Denied(f"{host} has no job {name[:80]!r}. Jobs: {known or 'none'}.")
    return host, name, job


def _with_job(workplace: Workplace, host: str, name: str, job: StoredJob) -> Workplace:
    jobs = types.MappingProxyType({**workplace.jobs, (host, name): job})
    return dataclasses.replace(workplace, jobs=jobs)
