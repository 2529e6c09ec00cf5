"""Pictures of video files, decoded in a process of its own, which a malicious file may take down.

previews      the thread that makes them: from the cache, by the decoder, or by ffmpeg
├── cache     on the disk, bounded
├── decoder   asks the decoder process, and ends it where it takes too long
├── ffmpeg    a poster by the program of that name
└── tools     which of them there are
pictures      what a preview consists of, and why there is none
protocol      the messages between the two processes
child         the decoder process: its limits
└── serving   what it does with each request
    └── clip  one opened file, read by PyAV
clip_formats  the containers that are opened, what is black

The extra `preview` brings PyAV and textual-image; hingtui's own process imports nothing of it.
"""
