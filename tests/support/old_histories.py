"""Files of the history as earlier versions of hingtui wrote them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hingtui.storage.history.schema import APPLICATION_ID
from tests.support.clock import EPOCH

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
    UNIQUE (gateway, id)
);
CREATE INDEX videos_by_time ON videos (began_at, state, gone_at, duration);
CREATE INDEX videos_by_kind ON videos
    (gateway, model, seconds, state, unit, bucket, is_observed, cost, highest_cost);
CREATE INDEX videos_by_duration ON videos (gateway, model, seconds, duration)
    WHERE duration IS NOT NULL;
CREATE INDEX videos_by_model ON videos (model, seconds, began_at, duration)
    WHERE duration IS NOT NULL;
CREATE INDEX videos_ready ON videos (expiry_at) WHERE state = 'ready';
CREATE TABLE texts (
    n INTEGER PRIMARY KEY,
    prompt TEXT NOT NULL,
    rest TEXT NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL
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
_VIDEO = (
    "INSERT INTO videos (gateway, id, state, status, raw_status, model, size, began_at, added_at, "
    "expires_by_link, is_observed, has_error, remote_id, outputs) "
    "VALUES ('default', ?, ?, ?, '', 'veo-3.1', '', ?, ?, 0, 0, ?, '', 1)"
)


def write_format_1(path: Path, *, has_index: bool = True) -> None:
    """A history of format 1: `old_1` is ready, `old_2` has failed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_TABLES + (_INDEX if has_index else ""))
        for n, state in ((1, "ready"), (2, "failed")):
            values = (f"old_{n}", state, state, EPOCH + n, EPOCH + n, state == "failed")
            connection.execute(_VIDEO, values)
        connection.execute("INSERT INTO texts VALUES (1, 'a harvest moon', 'veo-3.1', '', '')")
        connection.execute("INSERT INTO texts VALUES (2, '中秋夜满月', '', 'nsfw', 'refused')")
        connection.execute("INSERT INTO changes VALUES (1, ?, 'ready', 'completed')", (EPOCH,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
