"""The register's index, on SQLite and on a real PostgreSQL."""

import pathlib
import sqlite3
import typing as t

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from govkit.adapters.register_index import (
    LONGEST,
    MIGRATIONS,
    RegisterIndex,
    _connect_args,
    open_index,
    storable,
)
from govkit.adapters.register_tables import METADATA, REVISION, VERSION_TABLE
from govkit.approval.register.entry import RunEntry
from govkit.errors import AskedWrongly, Unreachable

STORE = "/evidence"
HOSTILE = "a\0b \ud800 '); DROP TABLE govkit_register_runs; -- é 漢 \N{PILE OF POO}"


def _entry(folder: str, **changes: t.Any) -> RunEntry:
    return RunEntry(
        "signed", candidate="Assistant", checks=("one", "two"), made=3, planned=4, folder=folder, **changes
    )


def _put(index: RegisterIndex, *entries: RunEntry, store: str = STORE) -> int:
    number = index.store_id(store, looked_at="2026-11-21T00:00:00Z", links=0)
    index.put_runs(number, [("stamp", each) for each in entries])
    return number


def test_what_is_entered_comes_out_again(index_url: str) -> None:
    """Runs, stamps, stores and the bytes of decisions are the same after closing and opening again."""
    with open_index(index_url) as index:
        number = _put(index, _entry("a"), _entry("b/é", why="x"))
        index.put_decisions(number, "decisions", "s", "", {"log.jsonl": b"\0\xff", "other": b""})
    with open_index(index_url) as index:
        found = sorted(index.runs([STORE]), key=lambda each: each.folder)
        assert found == [_entry("a", store=STORE), _entry("b/é", why="x", store=STORE)]
        assert index.stamps(number) == ({"a": "stamp", "b/é": "stamp"}, {"decisions": "s"})
        assert index.stores() == ((STORE, "2026-11-21T00:00:00Z", 0),)
        assert list(index.decisions([STORE])) == [
            (STORE, "decisions", "", {"log.jsonl": b"\0\xff", "other": b""})
        ]


def test_an_entry_takes_the_place_of_the_one_before(index_url: str) -> None:
    """Of one folder there is one entry, and of a folder that is gone none."""
    with open_index(index_url) as index:
        number = _put(index, *(_entry(f"{each:05}") for each in range(1_234)))
        _put(index, _entry("00007", verdict="fail"))
        index.put_decisions(number, "d", "s", "", {"log.jsonl": b"1", "gone": b"2"})
        index.put_decisions(number, "d", "t", "", {"log.jsonl": b"3"})
        index.drop_runs(number, [f"{each:05}" for each in range(1_234) if each != 7])
    with open_index(index_url) as index:
        assert [(each.folder, each.verdict) for each in index.runs([STORE])] == [("00007", "fail")]
        assert list(index.decisions([STORE])) == [(STORE, "d", "", {"log.jsonl": b"3"})]
        index.forget(STORE)
        assert list(index.runs([STORE])) == []
        assert list(index.decisions([STORE])) == []


def test_stores_are_kept_apart(index_url: str) -> None:
    """Folders of one name in two stores are two runs, and dropping one leaves the other."""
    with open_index(index_url) as index:
        _put(index, _entry("a"), store="/one")
        number = _put(index, _entry("a"), store="/two")
        index.drop_runs(number, ["a"])
        assert [each.store for each in index.runs(["/one", "/two"])] == ["/one"]
        assert list(index.runs([])) == []


def test_hostile_text_is_stored_as_text(index_url: str) -> None:
    """A name with a zero character, half a character or SQL in it is a name, and of a novel the beginning is kept."""
    with open_index(index_url) as index:
        _put(index, _entry("a", developer=HOSTILE, signer="x" * 100_000))
    with open_index(index_url) as index:
        (found,) = index.runs([STORE])
        assert found.developer == storable(HOSTILE)
        assert found.developer.startswith("a\N{SYMBOL FOR NULL}b ?")
        assert len(found.signer) == LONGEST


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_storable_text_is_text_of_every_database(text: str) -> None:
    """Whatever comes in, what comes out is UTF-8 without a zero character, and stays what it is a second time."""
    kept = storable(text)
    assert "\0" not in kept
    kept.encode("utf-8")
    assert storable(kept) == kept


def test_what_fails_in_the_middle_leaves_nothing(index_url: str) -> None:
    """A call that ends in an error has changed nothing in the index."""

    def fail() -> None:
        with open_index(index_url) as index:
            _put(index, _entry("b"))
            raise ValueError("in the middle")

    with open_index(index_url) as index:
        _put(index, _entry("a"))
    with pytest.raises(ValueError, match="in the middle"):
        fail()
    with open_index(index_url) as index:
        assert [each.folder for each in index.runs([STORE])] == ["a"]


def test_the_tables_are_what_the_migrations_make(index_url: str) -> None:
    """An index made from nothing by the migrations has exactly the declared tables, and the newest revision."""
    with open_index(index_url) as index:
        connection = index._connection
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == REVISION


def test_the_newest_revision_is_named() -> None:
    """The revision at which nothing is done is the head of the migrations, of which there is one."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_an_empty_database_of_somebody_else_is_shared(index_url: str) -> None:
    """Other tables in the database are left alone."""
    with open_index(index_url) as index:
        index._connection.execute(sa.text("CREATE TABLE theirs (x INTEGER)"))
        index._connection.execute(sa.text("INSERT INTO theirs VALUES (1)"))
    with open_index(index_url) as index:
        index.forget(STORE)
        assert index._connection.execute(sa.text("SELECT x FROM theirs")).scalar() == 1


def test_an_index_of_a_newer_govkit_is_refused(index_url: str) -> None:
    """An index with a revision that this govkit does not know is left as it is, and the message says what to do."""
    with open_index(index_url) as index:
        index._connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608 - our own
    with (
        pytest.raises(AskedWrongly, match="A newer govkit made this index") as refused,
        open_index(index_url),
    ):
        pass
    assert refused.value.found == "revision 9999"
    assert refused.value.fix is not None


def test_an_index_without_tables_is_made_up_to_date(index_url: str) -> None:
    """Where the version says that no step was made, all are made."""
    with open_index(index_url) as index:
        for table in ("files", "decisions", "runs", "stores", "version"):
            index._connection.execute(sa.text(f"DROP TABLE govkit_register_{table}"))
    with open_index(index_url) as index:
        _put(index, _entry("a"))
        assert len(list(index.runs([STORE]))) == 1


@pytest.mark.parametrize(
    "url",
    [
        "evidence",
        "mysql://x/y",
        "sqlite+aiosqlite:///x",
        "oracle://",
        "",
        "postgresql+psycopg2://x/y",
        "a\0b",
    ],
)
def test_what_is_no_address_of_an_index_is_refused(url: str) -> None:
    """Only SQLite and PostgreSQL, by their plain names, are taken."""
    with pytest.raises(AskedWrongly), open_index(url):
        pass


def test_a_file_that_is_no_index_is_left_alone(tmp_path: pathlib.Path) -> None:
    """A file that is no database is named, and not one byte of it changes."""
    path = tmp_path / "thesis.doc"
    path.write_bytes(b"years of work" * 1000)
    with pytest.raises(AskedWrongly, match="cannot be used"), open_index(f"sqlite:///{path}"):
        pass
    assert path.read_bytes() == b"years of work" * 1000


def test_a_place_where_nothing_can_be_made_is_named(tmp_path: pathlib.Path) -> None:
    """A folder that is a file gives a message and no traceback."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AskedWrongly), open_index(f"sqlite:///{tmp_path}/file/register.sqlite"):
        pass


def test_a_server_that_is_not_there_is_unreachable_and_the_password_stays_unsaid(
    tmp_path: pathlib.Path,
) -> None:
    """No server: exit code 5, and no word of the password."""
    url = f"postgresql://me:canary-of-a-password@/x?host={tmp_path}"
    with pytest.raises(Unreachable) as refused, open_index(url):
        pass
    assert refused.value.exit_code == 5
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me@db.example.com/x", (True, True)),
        ("postgresql://me@192.0.2.1/x", (True, True)),
        ("postgresql://me@db.example.com/x?sslmode=require", (True, False)),
        ("postgresql://me@db.example.com/x?sslmode=disable", (False, False)),
        ("postgresql://me@localhost/x", (False, False)),
        ("postgresql://me@127.0.0.1/x", (False, False)),
    ],
)
def test_a_server_elsewhere_has_to_prove_itself(url: str, expected: tuple[bool, bool]) -> None:
    """Beyond this machine a connection is encrypted and the server's name checked, unless the URL says otherwise."""
    context = _connect_args(sa.make_url(url))["ssl_context"]
    assert (bool(context), bool(context) and context.check_hostname) == expected


def test_an_unknown_sslmode_is_refused() -> None:
    """A mode that sounds safe and is not, or a typing error, is not taken for safe."""
    with pytest.raises(AskedWrongly, match="sslmode"):
        _connect_args(sa.make_url("postgresql://me@db.example.com/x?sslmode=prefer"))


def test_of_two_that_open_an_index_one_waits(tmp_path: pathlib.Path) -> None:
    """While one holds the index, before it writes anything, no other can begin: SQLite's lock says so."""
    path = tmp_path / "register.sqlite"
    with open_index(f"sqlite:///{path}"):
        pass
    with open_index(f"sqlite:///{path}"):
        other = sqlite3.connect(path, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
