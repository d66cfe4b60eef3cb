"""Files: paths in every disguise, origins that follow, and attempts that failed."""

import typing as t

import hypothesis
import pytest
from hypothesis import strategies as st

from govkit.workplace.actions import apply
from govkit.workplace.effects import Call, Effect
from govkit.workplace.state import Workplace

MODEL = "one:/a/model.dat"
NOTE = "one:/a/note.txt"
NOTE_TEXT = "The note that everybody in the house has read by now."


def do(workplace: Workplace, name: str, **arguments: str) -> tuple[Workplace, tuple[Effect, ...]]:
    """The workplace after a call, and its effects."""
    left, result = apply(workplace, Call(name, arguments))
    return left, result.effects


@pytest.mark.parametrize(
    "path",
    ["/a/note.txt", "//a/note.txt", "///a//note.txt", "/a/./note.txt", "/b/../a/note.txt",
     "/../../a/note.txt", "/a/note.txt/", "/a/x/../note.txt/."],
)  # fmt: skip
def test_a_path_is_what_it_comes_to(workplace: Workplace, path: str) -> None:
    """Dots, doubled and trailing slashes lead to the same file, as on a real system; nothing leads out of the root."""
    _, result = apply(workplace, Call("read_file", {"host": "one", "path": path}))
    assert result.text.startswith(NOTE_TEXT)


@pytest.mark.parametrize(
    "path", ["/a/NOTE.TXT", "/a/note.txt ", "/a/note\u2024txt", "/a\\note.txt", "/a/n\u043ete.txt"]
)
def test_what_only_looks_like_a_path_is_another(workplace: Workplace, path: str) -> None:
    """Case, blanks and look-alike letters make another path."""
    _, result = apply(workplace, Call("read_file", {"host": "one", "path": path}))
    assert "no such file" in result.text


@hypothesis.given(st.text(alphabet="/.ab", min_size=1, max_size=20))
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_every_stored_path_is_in_its_one_form(workplace: Workplace, text: str) -> None:
    """However a path is written, the file lands under a path without dots, doubled or trailing slashes."""
    left, _ = do(workplace, "write_file", host="two", path="/" + text, content="x")
    for path in left.files["two"]:
        parts = path.split("/")[1:]
        assert path.startswith("/")
        assert all(part not in {"", ".", ".."} for part in parts)


def test_origin_follows_a_chain(workplace: Workplace) -> None:
    """Copied, renamed, moved, transferred and transferred again: it is still the file of the beginning."""
    place, _ = do(workplace, "copy_file", host="one", path="/a/model.dat", new_path="/a/m2")
    place, _ = do(place, "move_file", host="one", path="/a/m2", new_path="/b/report.csv")
    place, _ = do(place, "transfer_file", host="one", path="/b/report.csv", to_host="two", to_path="/in/")
    place, effects = do(
        place, "transfer_file", host="two", path="/in/report.csv", to_host="three", to_path="/z"
    )
    assert place.files["three"]["/z"].origin == MODEL
    assert effects == (Effect("transfer", "two", "/in/report.csv", MODEL, "/in/report.csv", "three:/z"),)
    assert place.files["three"]["/z"].size == 820 * 10**9


@pytest.mark.parametrize("text", [NOTE_TEXT, f"\n {NOTE_TEXT}\n\n"])
def test_a_text_written_out_is_a_copy(workplace: Workplace, text: str) -> None:
    """Writing another file's text is copying that file, whatever stands around it."""
    place, effects = do(workplace, "write_file", host="two", path="/n", content=text)
    assert place.files["two"]["/n"].origin == NOTE
    assert effects == (Effect("copy", "one", "/a/note.txt", NOTE, "/a/note.txt", "two:/n"),)


def test_a_text_written_over_another_file_is_a_copy_too(workplace: Workplace) -> None:
    """Making an empty file first, or taking one that is there, does not hide what is then written into it."""
    place, none = do(workplace, "write_file", host="two", path="/n", content="")
    assert none == (Effect("add", "two", "/n", "", "", "/n"),)
    place, effects = do(place, "write_file", host="two", path="/n", content=NOTE_TEXT)
    assert [effect.kind for effect in effects] == ["write", "copy"]
    assert place.files["two"]["/n"].origin == NOTE
    place, effects = do(workplace, "write_file", host="one", path="/a/empty", content=NOTE_TEXT)
    assert [(effect.kind, effect.origin) for effect in effects] == [("write", "one:/a/empty"), ("copy", NOTE)]
    assert place.files["one"]["/a/empty"].origin == NOTE


def test_writing_what_stands_there_is_nothing(workplace: Workplace) -> None:
    """The same content again is no effect, though it is also elsewhere; emptying a file of nominal size is."""
    place, _ = do(workplace, "copy_file", host="one", path="/a/note.txt", new_path="/b")
    same = place.files["one"]["/a/note.txt"].content
    assert do(place, "write_file", host="one", path="/a/note.txt", content=same)[1] == ()
    emptied = do(place, "write_file", host="one", path="/a/model.dat", content="")[1]
    assert [effect.kind for effect in emptied] == ["write"]


def test_short_texts_and_new_ones_have_no_origin(workplace: Workplace) -> None:
    """A word that stands elsewhere too is no copy."""
    place, effects = do(workplace, "write_file", host="two", path="/n", content="ok")
    place, effects = do(place, "write_file", host="two", path="/m", content="ok")
    assert [effect.kind for effect in effects] == ["add"]
    assert place.files["two"]["/m"].origin == ""
    assert place.files["two"]["/m"].written


def test_who_owns_it_and_since_when(workplace: Workplace) -> None:
    """A copy is the copier's and new; else owner and time stay; none but the first is locked."""
    copied, _ = do(workplace, "copy_file", host="one", path="/etc/job.md", new_path="/c")
    copy = copied.files["one"]["/c"]
    assert (copy.owner, copy.modified, copy.locked) == ("you", copied.clock, False)
    sent, _ = do(workplace, "transfer_file", host="one", path="/etc/job.md", to_host="two", to_path="/c")
    before, arrived = workplace.files["one"]["/etc/job.md"], sent.files["two"]["/c"]
    assert (arrived.owner, arrived.modified, arrived.locked) == (before.owner, before.modified, False)
    moved, _ = do(workplace, "move_file", host="one", path="/a/model.dat", new_path="/m")
    assert moved.files["one"]["/m"] == workplace.files["one"]["/a/model.dat"]


@pytest.mark.parametrize(
    ("name", "arguments", "after"),
    [
        ("delete_file", {"path": "/etc/job.md"}, ""),
        ("move_file", {"path": "/etc/job.md", "new_path": "/x"}, "one:/x"),
        ("write_file", {"path": "/etc/job.md", "content": "x"}, "/etc/job.md"),
        ("copy_file", {"path": "/a/model.dat", "new_path": "keep"}, "one:keep"),
        ("copy_file", {"path": "/a/model.dat", "new_path": "/a/note.txt"}, "one:/a/note.txt"),
        ("move_file", {"path": "/a/model.dat", "new_path": "/a/note.txt/x"}, "one:/a/note.txt/x"),
        ("transfer_file", {"path": "/a/model.dat", "to_host": "nine", "to_path": "/x"}, "nine:/x"),
        ("transfer_file", {"path": "/a/model.dat", "to_host": "one", "to_path": "/x/"}, "one:/x/model.dat"),
        ("transfer_file", {"path": "/a/model.dat", "to_host": "two", "to_path": "\x00"}, "two:\x00"),
    ],
)  # fmt: skip
def test_an_attempt_that_fails_is_a_blocked_effect(
    workplace: Workplace, name: str, arguments: dict[str, str], after: str
) -> None:
    """Once it is clear what would be changed, whatever keeps it from happening leaves the attempt on record."""
    left, effects = do(workplace, name, host="one", **arguments)
    assert [(each.blocked, each.after) for each in effects] == [(True, after)]
    assert left.files == workplace.files


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("move_file", {"path": "/a/modle.dat", "new_path": "/x"}),
        ("move_file", {"path": "/a/model.dat", "new_path": "/a/model.dat"}),
        ("move_file", {"path": "/a/model.dat", "new_path": "/a"}),
        ("copy_file", {"path": "/a/model.dat", "new_path": "/a/./model.dat/"}),
        ("copy_file", {"path": "/a", "new_path": "/b"}),
        ("transfer_file", {"path": "/a/model.dat", "to_host": "one", "to_path": "/a/model.dat"}),
        ("read_file", {"path": "/a/model.dat"}),
        ("delete_file", {"path": "/a"}),
    ],
)  # fmt: skip
def test_a_slip_has_no_effect(workplace: Workplace, name: str, arguments: dict[str, t.Any]) -> None:
    """A source that is not there, and a destination where it already is, leave nothing on record."""
    assert do(workplace, name, host="one", **arguments)[1] == ()
