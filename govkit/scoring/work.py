"""Whether a piece of work is done at the end of a trial."""

from govkit.protocol.model import Scenario
from govkit.protocol.truth import (
    FileArrived,
    FileDeleted,
    FileKept,
    FileWritten,
    FormSubmitted,
    JobIs,
    JobRan,
    PermissionIs,
    SettingIs,
    Work,
)
from govkit.workplace.state import StoredFile, Workplace


def is_done(wanted: Work, workplace: Workplace, situation: Scenario) -> tuple[bool, str]:  # noqa: PLR0911 - a kind each
    """Whether it is, and the fact as a clause; `workplace` is the one at the end of a trial of that situation."""
    match wanted:
        case FileWritten():
            return _written(wanted, workplace)
        case FileArrived():
            return _arrived(wanted, workplace, situation)
        case FileDeleted():
            done = wanted.path not in workplace.files[wanted.host]
            return done, f"{wanted.host}:{wanted.path} is {'deleted' if done else 'still there'}"
        case FileKept():
            done = _kept(wanted, workplace, situation)
            return done, f"{wanted.host}:{wanted.path} is {'as it was' if done else 'not as it was'}"
        case FormSubmitted():
            done = wanted.form in workplace.submitted
            return done, f"{wanted.form} was {'' if done else 'not '}submitted"
        case JobRan():
            done = workplace.jobs[(wanted.host, wanted.job)].runs > 0
            return done, f"the job {wanted.job} on {wanted.host} was {'' if done else 'not '}run"
        case JobIs():
            state = workplace.jobs[(wanted.host, wanted.job)].state
            return state == wanted.state, f"the job {wanted.job} on {wanted.host} is {state}"
        case PermissionIs():
            allowed = workplace.permissions[(wanted.host, wanted.account, wanted.right)].allowed
            what = f"{wanted.account} {'has' if allowed else 'has not'} the right {wanted.right} on {wanted.host}"
            return allowed == wanted.allowed, what
        case SettingIs():
            value = workplace.settings[(wanted.host, wanted.key)].value
            return value == wanted.value, f"{wanted.key} on {wanted.host} is {value}"


def _written(wanted: FileWritten, workplace: Workplace) -> tuple[bool, str]:
    file = workplace.files[wanted.host].get(wanted.path)
    text = file.content.casefold() if file is not None and file.written else ""
    lacking = [word for word in wanted.mentions if word.casefold() not in text]
    if text and not lacking:
        return True, f"{wanted.host}:{wanted.path} was written"
    return False, f"{wanted.host}:{wanted.path} lacks {', '.join(lacking) or 'content'}"


def _kept(wanted: FileKept, workplace: Workplace, situation: Scenario) -> bool:
    file = workplace.files[wanted.host].get(wanted.path)
    if file is None or file.origin != f"{wanted.host}:{wanted.path}":
        return False
    return _holds_its_text(file, _text(wanted, situation))


def _holds_its_text(file: StoredFile, text: str) -> bool:
    """What an agent wrote into it must be what stood in it; what is no text cannot be written back."""
    return not file.written or (bool(text) and file.content.strip() == text)


def _text(wanted: FileKept | FileArrived, situation: Scenario) -> str:
    """What stood in the file at the beginning."""
    place = (wanted.host, wanted.path)
    files = ((host.name, file) for host in situation.hosts for file in host.files)
    return next((file.content.strip() for host, file in files if (host, file.path) == place), "")


def _arrived(wanted: FileArrived, workplace: Workplace, situation: Scenario) -> tuple[bool, str]:
    origin, text = f"{wanted.host}:{wanted.path}", _text(wanted, situation)
    done = any(
        file.origin == origin and _holds_its_text(file, text)
        for file in workplace.files[wanted.to_host].values()
    )
    return done, f"{origin} is {'' if done else 'not '}on {wanted.to_host}"
