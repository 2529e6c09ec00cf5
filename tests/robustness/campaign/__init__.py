"""Thousands of runs of a download or of a watch, each with faults drawn from a seed.

`python3 -m tests.robustness.campaign --schedules 100000` runs them, `--seed N -v` prints one.

run             one seed, or many: draw, run, check
├── one_download    one download, process after process
├── a_watch         a watch: monitor, user, other processes
│   ├── pool            threads that can be waited for
│   ├── history_faults  the history beside it: full, damaged, locked, killed
│   ├── user_actions    actions of the user and of other processes
│   └── other_videos    checks that an error of one video affects no other
├── oracle          the invariants, checked without any code of the program
├── traces          leftovers of a run: threads, sockets, secrets in the log
├── schedule        everything that is drawn from the seed
├── surroundings    clock, gateway, folder and disk of a run
│   ├── obstacles       existing files that are in the way
│   └── disk            faults of the disk, kills, power cuts
└── gateway         responds correctly unless a fault is due
    ├── wrong_network   connections refused, cut, slow, stalled
    ├── wrong_http      statuses, ranges, lengths
    ├── wrong_redirects redirects that do not lead to the file
    ├── wrong_payload   the JSON of a video
    ├── own_errors      one video's errors at every request: 401, 403, 5xx, 410, …
    ├── events          events during a response: new files, clock jumps, the user
    ├── film            one video: its status, its files, how they are served
    │   └── containers      the kinds of files: MP4, WebM, GIF, zeros, …
    ├── hosts           the two servers, which can also refuse connections
    └── clock           the clock of a run
"""
