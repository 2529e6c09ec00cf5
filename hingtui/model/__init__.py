"""Videos, ids, estimates, errors, MP4 files: what they are and mean. No I/O but reading a file."""
