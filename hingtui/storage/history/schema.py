"""The tables of the history, and what this Python's SQLite can do with them."""

from __future__ import annotations

import sqlite3
from functools import cache

APPLICATION_ID = 0x68696E67
"""`hing`: says in the file's head that it is ours."""
FORMAT = 2
"""The version of the layout, in the head too."""

_TABLES = """
CREATE TABLE videos (
    n INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    status TEXT,
    raw_status TEXT NOT NULL,
    model TEXT NOT NULL,
    seconds REAL,
    size TEXT NOT NULL,
    began_at REAL NOT NULL,
    added_at REAL NOT NULL,
    created_at REAL,
    completed_at REAL,
    asked_at REAL,
    expires_at REAL,
    expires_by_link INTEGER NOT NULL,
    expiry_at REAL,
    expiry_basis TEXT,
    gone_at REAL,
    duration REAL,
    is_observed INTEGER NOT NULL,
    bucket INTEGER,
    cost REAL,
    highest_cost REAL,
    unit TEXT,
    has_error INTEGER NOT NULL,
    remote_id TEXT NOT NULL,
    outputs INTEGER NOT NULL,
    files TEXT,
    path,
    bytes INTEGER,
    saved_at REAL,
    sha256 TEXT,
    still REAL,
    UNIQUE (gateway, id)
);
CREATE INDEX videos_by_time ON videos (began_at, state, gone_at, duration);
CREATE INDEX videos_by_kind ON videos
    (gateway, model, seconds, state, unit, bucket, is_observed, cost, highest_cost);
CREATE INDEX videos_by_duration ON videos (gateway, model, seconds, duration)
    WHERE duration IS NOT NULL;
CREATE INDEX videos_by_model ON videos (model, seconds, began_at, duration)
    WHERE duration IS NOT NULL;
CREATE INDEX videos_by_still ON videos (model, seconds, began_at, still)
    WHERE still IS NOT NULL;
CREATE INDEX videos_ready ON videos (expiry_at) WHERE state = 'ready';
CREATE TABLE texts (
    n INTEGER PRIMARY KEY,
    prompt TEXT NOT NULL,
    rest TEXT NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    request_id TEXT NOT NULL DEFAULT ''
);
CREATE TABLE changes (
    n INTEGER NOT NULL,
    at REAL NOT NULL,
    status TEXT NOT NULL,
    raw_status TEXT NOT NULL,
    PRIMARY KEY (n, at, status)
) WITHOUT ROWID;
"""
_INDEX = """
CREATE VIRTUAL TABLE words USING fts5
    (prompt, rest, content = 'texts', content_rowid = 'n', tokenize = 'trigram');
CREATE TRIGGER texts_added AFTER INSERT ON texts BEGIN
    INSERT INTO words (rowid, prompt, rest) VALUES (new.n, new.prompt, new.rest);
END;
CREATE TRIGGER texts_removed AFTER DELETE ON texts BEGIN
    INSERT INTO words (words, rowid, prompt, rest)
        VALUES ('delete', old.n, old.prompt, old.rest);
END;
CREATE TRIGGER texts_changed AFTER UPDATE OF prompt, rest ON texts BEGIN
    INSERT INTO words (words, rowid, prompt, rest)
        VALUES ('delete', old.n, old.prompt, old.rest);
    INSERT INTO words (rowid, prompt, rest) VALUES (new.n, new.prompt, new.rest);
END;
"""
_UPGRADES = {
    1: """
ALTER TABLE videos ADD COLUMN still REAL;
ALTER TABLE texts ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
CREATE INDEX videos_by_still ON videos (model, seconds, began_at, still)
    WHERE still IS NOT NULL;
"""
}
"""What makes a file of each earlier format one of the next."""
_NO_TRIGGERS = """
DROP TRIGGER IF EXISTS texts_added;
DROP TRIGGER IF EXISTS texts_removed;
DROP TRIGGER IF EXISTS texts_changed;
"""


class NotAHistory(sqlite3.DatabaseError):
    """The file is a database, but no history."""


class TooNew(Exception):
    """A later version of hingtui wrote the file."""


@cache
def can_index_words() -> bool:
    """Whether this SQLite has the index of three letters each (3.34, with FTS5)."""
    if sqlite3.sqlite_version_info < (3, 34):
        return False
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'trigram')")
    except sqlite3.OperationalError:  # built without it
        return False
    finally:
        connection.close()
    return True


def has_word_index(connection: sqlite3.Connection) -> bool:
    """Whether the index of words is there and can be used."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'texts_added'")
    return found.fetchone() is not None and can_index_words()


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file, or upgrade those of an earlier version of hingtui.

    Raises NotAHistory, TooNew, sqlite3.Error.
    """
    if is_ready(connection):
        return
    connection.execute("BEGIN IMMEDIATE")  # several processes may be here at once
    try:
        if not is_ready(connection):
            _make(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_ready(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there, as this version makes them. Raises NotAHistory, TooNew."""
    application = _head(connection, "application_id")
    version = _head(connection, "user_version")
    if application == APPLICATION_ID and version > FORMAT:
        raise TooNew
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not tables and application == version == 0:
        return False
    if application != APPLICATION_ID or version < 1 or not {"videos", "texts", "changes"} <= tables:
        raise NotAHistory("not a history")
    can_write = "words" not in tables or can_index_words() or "texts_added" not in tables
    return can_write and version == FORMAT


def _make(connection: sqlite3.Connection) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables:
        if not can_index_words():
            # A file with an index that this SQLite lacks: without its triggers it can be written.
            _run(connection, _NO_TRIGGERS)
        for version in range(_head(connection, "user_version"), FORMAT):
            _run(connection, _UPGRADES[version])
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        return
    _run(connection, _TABLES)
    if can_index_words():
        _run(connection, _INDEX)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run each statement; sqlite3's own `executescript` would commit first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def format_of(connection: sqlite3.Connection) -> int:
    """The version of the file's layout."""
    return _head(connection, "user_version")


def _head(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
