"""Change files so that a crash leaves the old or the new content, never a mixture.

disk      reading with a limit, making folders, fsync
locks     exclusive locks among threads and processes
atomic    new content, all of it or nothing
advice    what a person can do about a path that cannot be used
names     safe names, free names, and giving a finished file its final one
renaming  a rename that never replaces another file
digest    the SHA-256 of a file
network   whether a folder is on another machine
"""

from hingtui.system.files.advice import error_text, next_step
from hingtui.system.files.atomic import sweep_leftovers, write_atomically
from hingtui.system.files.digest import sha256_of
from hingtui.system.files.disk import (
    NotAFile,
    boot_id,
    check_is_file,
    close_quietly,
    is_taken,
    make_folder,
    read_file,
    same_bytes,
    sync_file,
    sync_folder,
    write_all,
)
from hingtui.system.files.locks import LOCK_TIMEOUT, lock_descriptor, locked
from hingtui.system.files.names import (
    NAME_LIMIT,
    give_name,
    keep_copy,
    numbered,
    publish,
    safe_name,
    set_aside,
)
from hingtui.system.files.network import is_on_network

__all__ = [
    "LOCK_TIMEOUT",
    "NAME_LIMIT",
    "NotAFile",
    "boot_id",
    "check_is_file",
    "close_quietly",
    "error_text",
    "give_name",
    "is_on_network",
    "is_taken",
    "keep_copy",
    "lock_descriptor",
    "locked",
    "make_folder",
    "next_step",
    "numbered",
    "publish",
    "read_file",
    "safe_name",
    "same_bytes",
    "set_aside",
    "sha256_of",
    "sweep_leftovers",
    "sync_file",
    "sync_folder",
    "write_all",
    "write_atomically",
]
