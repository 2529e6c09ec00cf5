"""Download one video: bytes → part → verified → its final name. It blocks: use a thread.

outputs         all files of one job
attempts        one download, from the first request to the final name
├── retry           how often, from which byte and from where to try again
├── admission       waiting for the gateway's rate limit
├── verification    whether the bytes are a whole video
├── transfer        one response's body into the part: speed, stalls, limits
└── part            the part and its final name
    ├── leftover_parts  removing a part that no download has open
    ├── storage_errors  the disk's errors
    ├── claim           opening and locking a part
    ├── part_names      the names after the id: of the part and its metadata, or the final file
    ├── final_names     the names that the final file may get, and finding it under them
    └── part_metadata   what lies beside it
interface       what a download is given and returns: job, content source, hooks, limits, result
progress        how far it is

Nothing of it is imported here: the first picture of the dashboard needs only `progress`.
"""
