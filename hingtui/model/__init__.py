"""Videos, ids, estimates, errors, MP4 files: what they are and mean. No I/O but reading a file.

video           a video, and how a newer response updates it
├── key             gateway and id
├── tags, batch     what a person put on it, what was added together
├── eta             its pace, when to ask about it again, when it expires
└── estimate        how long it still takes, whether it is stalled
ids             finding ids in what a person pastes
errors          every error, with its scope and when to retry
├── explain         what an error means, in sentences
├── diagnosis       what such an explanation consists of
├── no_list         why there is no list of the account's videos, in one sentence
├── quotation       status, code and words of a server
└── failures        why videos fail
name_template   the names of saved files
file_kind       what kind of file some bytes are
mp4             whether an MP4 is whole
"""
