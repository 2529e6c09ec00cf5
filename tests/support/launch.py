"""Start hingtui in the ways in which a shell or a terminal starts a program.

Run as a program of its own:
`launch.py KIND SIGNALS DESCRIPTOR ARGUMENTS`, where KIND is `leader` (the first program of the
terminal), `stranger` (without a controlling terminal: it gets no signal when the terminal
closes), `job` or `background` (of a shell, which reads commands from the descriptor); SIGNALS are
ignored.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import termios


def main() -> None:
    kind, ignored, descriptor, *arguments = sys.argv[1:]
    prepare(kind, ignored, descriptor)
    os.execv(sys.executable, [sys.executable, "-m", "hingtui", *arguments])  # noqa: S606 - this very program


def prepare(kind: str, ignored: str, descriptor: str) -> None:
    """Make this process what hingtui is to be started as; the shell of a job never returns."""
    if kind != "stranger":
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # who runs the tests may ignore them
    for name in ignored.split():
        signal.signal(signal.Signals[name], signal.SIG_IGN)
    if kind in ("job", "background"):
        shell(int(descriptor), in_foreground=kind == "job")


def shell(pipe: int, *, in_foreground: bool) -> None:
    """Fork a job and return in it; in this process, carry out commands on it until it ends.

    Writes `started PID`, `stopped`, `ended STATUS`; reads `fg`, `bg` and `kill`.
    """

    def report(words: str) -> None:
        os.write(pipe, words.encode() + b"\n")

    for number in (signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    mine = termios.tcgetattr(0)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        if in_foreground:
            os.tcsetpgrp(0, os.getpgrp())
        for number in (signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP):
            signal.signal(number, signal.SIG_DFL)
        os.close(pipe)
        return
    report(f"started {job}")
    while True:
        _pid, status = os.waitpid(job, os.WUNTRACED)
        os.tcsetpgrp(0, os.getpgrp())
        if not os.WIFSTOPPED(status):
            code = os.waitstatus_to_exitcode(status)
            report(f"ended {code}")
            sys.exit(code if code >= 0 else 128 - code)
        report("stopped")
        termios.tcsetattr(0, termios.TCSADRAIN, mine)
        _carry_out(os.read(pipe, 100).decode().strip(), job)


def _carry_out(command: str, job: int) -> None:
    match command:
        case "fg":
            os.tcsetpgrp(0, job)
            os.killpg(job, signal.SIGCONT)
        case "bg":
            os.killpg(job, signal.SIGCONT)
        case "kill":
            os.killpg(job, signal.SIGTERM)
            os.killpg(job, signal.SIGCONT)
        case _:
            sys.exit("no such command")


if __name__ == "__main__":
    main()
