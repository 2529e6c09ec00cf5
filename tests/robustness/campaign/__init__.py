"""Thousands of lives of a download and of a watch, each with faults drawn from a seed.

`python3 -m tests.robustness.campaign --schedules 100000` runs them, `--seed N -v` prints one.

run             one seed, or many: draw, live, judge
├── one_download    the life of one download, process after process
├── a_watch         the life of a watch: monitor, user, other processes
│   ├── pool            threads that can be waited for
│   ├── hands           what the user and other processes do meanwhile
│   └── neighbours      what must hold while some videos have faults of their own
├── oracle          what must hold whatever happened; knows nothing of the product's insides
├── traces          what a life must not leave behind: threads, sockets, secrets in the log
├── schedule        what is drawn from the seed
├── world           everything that a life takes place in
│   ├── obstacles       files of the user's that stand in the way
│   └── disk            the faults of the disk, kills, power cuts
└── gateway         answers rightly, unless a fault is due
    ├── lies_network    connections refused, cut, dripping, stalled
    ├── lies_http       statuses, ranges, lengths
    ├── lies_redirects  places where no file is
    ├── lies_payload    what stands in the JSON
    ├── lies_own        what one video has at every request: 401, 403, 5xx, 410, …
    ├── happenings      what happens meanwhile: new files, jumping clocks, the user
    ├── film            one video: its fate, its files, how they are served
    │   └── containers      what the files are: MP4, WebM, GIF, zeros, …
    ├── hosts           the two servers, which can also refuse connections
    └── clock           the time of a life
"""
