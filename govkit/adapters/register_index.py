"""
The register's index: what was read from evidence stores, kept in a database so that it need not be read again.

SQLite by default, PostgreSQL where a team shares one. The index is never the source: everything in it can be read from
the evidence at any time, and of people's records it keeps the bytes, no opinion. All of one call happens in one
transaction: another reader sees the index before it or after it.
"""

import contextlib
import dataclasses
import ipaddress
import itertools
import pathlib
import ssl
import typing as t

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from govkit.adapters.register_tables import (
    DECISIONS,
    FILES,
    REVISION,
    RUN_TEXTS,
    RUNS,
    STORES,
    VERSION_TABLE,
)
from govkit.approval.register.entry import RunEntry
from govkit.errors import AskedWrongly, GovkitError, Unreachable

MIGRATIONS = pathlib.Path(__file__).parent / "register_migrations"
LOCK = 0x676F766B6974
"""The name of our lock in PostgreSQL: `govkit`."""
WAIT_SECONDS = 30
"""How long to wait for another one who writes."""
BATCH = 500
LONGEST = 4_000
"""Characters of a text that are kept; what is longer ends in three dots."""
DRIVERS: t.Mapping[str, str] = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+pg8000"}
_FIELDS = tuple(field.name for field in dataclasses.fields(RunEntry))
_OVERFLOW = 2**31 - 1


class RegisterIndex:
    """An open index, within its transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def store_id(self, path: str, *, looked_at: str, links: int) -> int:
        """The number of the store that lies there; entered where it is new."""
        where = STORES.c.path == path
        values = {"looked_at": looked_at, "links": links}
        done = self._connection.execute(sa.update(STORES).where(where).values(**values))
        if done.rowcount == 0:
            self._connection.execute(sa.insert(STORES).values(path=path, **values))
        return int(self._connection.execute(sa.select(STORES.c.id).where(where)).scalar_one())

    def forget(self, path: str) -> None:
        """Drop everything of a store."""
        number = self._connection.execute(sa.select(STORES.c.id).where(STORES.c.path == path)).scalar()
        if number is not None:
            for table in (RUNS, DECISIONS, FILES):
                self._connection.execute(sa.delete(table).where(table.c.store_id == number))

    def stamps(self, store: int) -> tuple[dict[str, str], dict[str, str]]:
        """Stamps by folder: of run folders, and of folders of decisions."""
        runs, decisions = (
            self._connection.execute(
                sa.select(table.c.folder, table.c.stamp).where(table.c.store_id == store)
            )
            for table in (RUNS, DECISIONS)
        )
        return dict(runs.all()), dict(decisions.all())

    def put_runs(self, store: int, entries: t.Iterable[tuple[str, RunEntry]]) -> None:
        """Enter runs, each with its stamp, in the place of what was there of their folders. Streams."""
        for batch in _batches(entries):
            self._drop(RUNS, store, [entry.folder for _, entry in batch])
            rows = [_row(store, stamp, entry) for stamp, entry in batch]
            self._connection.execute(sa.insert(RUNS), rows)

    def put_decisions(
        self, store: int, folder: str, stamp: str, problem: str, files: t.Mapping[str, bytes]
    ) -> None:
        """Enter a folder of decisions, in the place of what was there of it."""
        self.drop_decisions(store, [folder])
        named = {"store_id": store, "folder": folder}
        self._connection.execute(
            sa.insert(DECISIONS), [{**named, "stamp": stamp, "problem": storable(problem)}]
        )
        for batch in _batches(sorted(files.items())):
            self._connection.execute(
                sa.insert(FILES), [{**named, "name": name, "data": data} for name, data in batch]
            )

    def drop_runs(self, store: int, folders: t.Iterable[str]) -> None:
        """Drop runs that are there no more."""
        for batch in _batches(folders):
            self._drop(RUNS, store, batch)

    def drop_decisions(self, store: int, folders: t.Iterable[str]) -> None:
        """Drop folders of decisions that are there no more."""
        for batch in _batches(folders):
            self._drop(DECISIONS, store, batch)
            self._drop(FILES, store, batch)

    def _drop(self, table: sa.Table, store: int, folders: t.Sequence[str]) -> None:
        self._connection.execute(
            sa.delete(table).where(table.c.store_id == store, table.c.folder.in_(folders))
        )

    def stores(self) -> tuple[tuple[str, str, int], ...]:
        """Path, when it was looked over, and links not followed: of every store, by path."""
        rows = self._connection.execute(sa.select(STORES.c.path, STORES.c.looked_at, STORES.c.links))
        return tuple(sorted((path, looked_at, links) for path, looked_at, links in rows))

    def runs(self, stores: t.Collection[str]) -> t.Iterator[RunEntry]:
        """The entries of these stores, in no order."""
        columns = [STORES.c.path if name == "store" else RUNS.c[name] for name in _FIELDS]
        query = sa.select(*columns).join(STORES, STORES.c.id == RUNS.c.store_id)
        query = query.where(STORES.c.path.in_(stores))
        checks = _FIELDS.index("checks")
        for rows in self._connection.execute(query).partitions(BATCH):
            for row in rows:  # there may be many: in the order of the fields, unnamed
                fields: list[t.Any] = list(row)
                fields[checks] = tuple(fields[checks].split())
                yield RunEntry(*fields)

    def decisions(self, stores: t.Collection[str]) -> t.Iterator[tuple[str, str, str, dict[str, bytes]]]:
        """Store, folder, why it could not be read, and the files, of every folder of decisions; by store and folder."""
        query = sa.select(STORES.c.path, DECISIONS.c.store_id, DECISIONS.c.folder, DECISIONS.c.problem)
        query = query.join(STORES, STORES.c.id == DECISIONS.c.store_id).where(STORES.c.path.in_(stores))
        for path, store, folder, problem in sorted(self._connection.execute(query).all()):
            of_folder = sa.select(FILES.c.name, FILES.c.data).where(
                FILES.c.store_id == store, FILES.c.folder == folder
            )
            files = {name: bytes(data) for name, data in self._connection.execute(of_folder)}
            yield path, folder, problem, files


def _batches(items: t.Iterable[t.Any]) -> t.Iterator[list[t.Any]]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch


def _row(store: int, stamp: str, entry: RunEntry) -> dict[str, t.Any]:
    texts = {name: storable(getattr(entry, name)) for name in RUN_TEXTS}
    numbers = {"made": min(entry.made, _OVERFLOW), "planned": min(entry.planned, _OVERFLOW)}
    checks = storable(" ".join(entry.checks))
    return {"store_id": store, "folder": entry.folder, "stamp": stamp, "checks": checks, **numbers, **texts}


def storable(text: str) -> str:
    """Text as every database takes it: no zero character, no half of a character, no novel."""
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{SYMBOL FOR NULL}")
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 3]}..."


@contextlib.contextmanager
def open_index(url: str) -> t.Iterator[RegisterIndex]:
    """
    The index at a URL (`sqlite:///FILE`, `postgresql://...`), made where there is none, brought up to date where it is
    older. What was done is kept when the block is left in peace, and undone otherwise.

    Raises `AskedWrongly` for what is no index or one that a newer govkit made, `Unreachable` for a server that does not
    answer.
    """
    parsed = _parsed(url)
    shown = parsed.render_as_string(hide_password=True)
    try:
        engine = _engine(parsed)
        try:
            with engine.begin() as connection:
                _lock(connection)
                _bring_up_to_date(connection, shown)
                yield RegisterIndex(connection)
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        raise _told(error, shown, server=parsed.get_backend_name() == "postgresql") from None


def _parsed(url: str) -> sa.URL:
    fix = "write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
    try:
        parsed = sa.make_url(url)
    except ArgumentError:
        raise AskedWrongly("This is no address of an index.", where="--index", fix=fix) from None
    if parsed.drivername not in DRIVERS:
        raise AskedWrongly(
            "An index is kept in SQLite or in PostgreSQL.",
            where="--index",
            found=parsed.drivername[:40],
            fix=fix,
        )
    return parsed.set(drivername=DRIVERS[parsed.drivername])


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    try:
        return sa.create_engine(_addressed(url), connect_args=_connect_args(url), poolclass=sa.NullPool)
    except (ImportError, NoSuchModuleError):
        raise AskedWrongly(
            "The driver for PostgreSQL is not installed.", fix="pip install 'govkit[postgresql]'"
        ) from None


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database not in (None, "", ":memory:"):
        try:
            pathlib.Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AskedWrongly(
                "The index cannot be made there.",
                where=url.database,
                found=error.strerror,
                fix="give another --index",
            ) from None
    engine = sa.create_engine(url, connect_args={"timeout": WAIT_SECONDS}, poolclass=sa.NullPool)

    # The driver would begin transactions late and end them at every change of a table. Here they are begun by us, and
    # for writing at once: of two that write, the second waits, and does not fail in the middle.
    @event.listens_for(engine, "connect")
    def _(connection: t.Any, _record: t.Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _addressed(url: sa.URL) -> sa.URL:
    """Without what we read ourselves."""
    return url.difference_update_query(["sslmode", "sslrootcert", "host"])


def _connect_args(url: sa.URL) -> dict[str, t.Any]:
    """
    As libpq has it: `host=/FOLDER` names a folder with a Unix socket, `sslmode` how the server proves itself. Beyond
    this machine that is `verify-full` unless the URL says otherwise: a password goes to nobody else.
    """
    asked = {key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()}
    args: dict[str, t.Any] = {"timeout": WAIT_SECONDS, "application_name": "govkit register"}
    if "host" in asked:
        return {**args, "unix_sock": f"{asked['host']}/.s.PGSQL.{url.port or 5432}"}
    mode = asked.get("sslmode", "disable" if _is_here(url.host) else "verify-full")
    if mode == "disable":
        return {**args, "ssl_context": False}
    if mode not in ("require", "verify-full"):
        fix = "give sslmode=verify-full, require or disable"
        raise AskedWrongly("This sslmode is none that we know.", where="--index", found=mode[:40], fix=fix)
    try:
        context = ssl.create_default_context(cafile=asked.get("sslrootcert"))
    except (OSError, ssl.SSLError) as error:
        raise AskedWrongly(
            "The root certificate cannot be read.", where="sslrootcert", found=str(error)
        ) from None
    if mode == "require":  # encrypted, to whomever
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return {**args, "ssl_context": context}


def _is_here(host: str | None) -> bool:
    try:
        return host in (None, "", "localhost") or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _lock(connection: sa.Connection) -> None:
    """One at a time, until the transaction ends; SQLite locks by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))


def _bring_up_to_date(connection: sa.Connection, shown: str) -> None:
    found = revision_of(connection)
    if found == REVISION:
        return
    # Alembic is loaded where there is something to do for it, which is once.
    from alembic import command  # noqa: PLC0415 - (as said)
    from alembic.config import Config  # noqa: PLC0415 - (as said)
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - (as said)

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise AskedWrongly(
            "A newer govkit made this index.",
            where=shown,
            expected=f"revision {REVISION} or older",
            found=f"revision {storable(found)[:40]}",
            fix="use that govkit, or give another --index: it is made from the evidence",
        )
    command.upgrade(config, "head")


def revision_of(connection: sa.Connection) -> str | None:
    """The migration up to which the index is made; None for a database without one."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name


def _told(error: SQLAlchemyError, shown: str, *, server: bool) -> GovkitError:
    said = storable(str(error.orig if isinstance(error, DBAPIError) else error).splitlines()[0])[:300]
    if not server:
        fix = "delete the file if it is an index, or give another --index: it is made from the evidence"
        return AskedWrongly("The index cannot be used.", where=shown, found=said, fix=fix)
    if isinstance(error, DBAPIError) and not isinstance(error, sa.exc.ProgrammingError):
        return Unreachable("The index's server does not answer, or refused.", where=shown, found=said)
    return AskedWrongly(
        "The index cannot be used.", where=shown, found=said, fix="grant the right to make tables there"
    )


def broken_entry(folder: str, why: str) -> RunEntry:
    """The entry of a folder that could not be looked into."""
    return RunEntry("broken", why, folder=folder)
