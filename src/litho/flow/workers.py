"""Does jobs in processes of their own: one that fails, or dies, takes no other with it."""

import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Thread
from typing import Protocol, TextIO

from litho.errors import LithoError
from litho.flow.stage import Watcher

__all__ = ["Job", "Outcome", "work_through"]

# Sums may depend on how many threads share them; these count before the libraries are loaded.
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Job(Protocol):
    """Something to do in another process, which it is sent to."""

    @property
    def log(self) -> Path:
        """The file of its log."""
        ...

    def do(self, watcher: Watcher) -> None:
        """Do it, and tell `watcher` how it proceeds."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended: after so many seconds, and why it failed; "" when it did not."""

    seconds: float
    error: str = ""


def work_through(
    jobs: Sequence[Job], workers: int, tell: Callable[[int, Outcome], None]
) -> tuple[Outcome, ...]:
    """Do `jobs` in `workers` processes at once and give the outcome of each, in their order.

    `tell(number, outcome)` is called as each job ends. Jobs are begun in their order.
    """
    waiting = deque(range(len(jobs)))
    found: dict[int, Outcome] = {}
    with _crew() as crew:
        while len(found) < len(jobs):
            while waiting and len(crew) < workers:
                crew.append(_Worker.start())
            for worker in crew:
                if worker.number is None and waiting:
                    worker.take(number := waiting.popleft(), jobs[number])
            for worker in _ready(crew):
                number, outcome = worker.outcome()
                found[number] = outcome
                tell(number, outcome)
                if worker.is_dead:
                    crew.remove(worker)
    return tuple(found[number] for number in range(len(jobs)))


class _Worker:
    """A process that does one job after the other."""

    def __init__(self, process: SpawnProcess, connection: "Connection[Job, Outcome]") -> None:
        self.process, self.connection = process, connection
        self.number: int | None = None
        self.is_dead = False
        self.since = 0.0

    @classmethod
    def start(cls) -> "_Worker":
        context = get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()  # so that its death is seen as the end of what it sends
        return cls(process, mine)

    def take(self, number: int, job: Job) -> None:
        """Begin with a job."""
        self.number, self.since = number, time.monotonic()
        try:
            self.connection.send(job)
        except OSError:  # it died before: `outcome` says so
            self.is_dead = True

    def outcome(self) -> tuple[int, Outcome]:
        """Give the number of the job that has ended, and how it did."""
        number, self.number = self.number, None
        assert number is not None
        try:
            return number, self.connection.recv()
        except (EOFError, OSError):
            self.is_dead = True
            self.process.join()
            seconds = time.monotonic() - self.since
            return number, Outcome(seconds, f"its process ended with {_ending(self.process)}")


def _ending(process: SpawnProcess) -> str:
    code = process.exitcode or 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"


@contextmanager
def _crew() -> Iterator[list[_Worker]]:
    """Give an empty list of workers, which ends those that are in it."""
    crew: list[_Worker] = []
    try:
        yield crew
    finally:
        for worker in crew:
            worker.process.terminate()
        for worker in crew:
            worker.process.join()
            worker.connection.close()


def _ready(crew: Sequence[_Worker]) -> list[_Worker]:
    busy = {worker.connection: worker for worker in crew if worker.number is not None}
    return [busy[connection] for connection in wait(list(busy)) if connection in busy]


def _serve(connection: "Connection[Outcome, Job]") -> None:
    """Do jobs as they come, until there is nobody who sends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked ends this process
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            connection.send(_done(connection.recv()))
        except (EOFError, OSError):
            return


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _done(job: Job) -> Outcome:
    """Do one job; whatever it raises is told, and stands whole in its log."""
    started = time.monotonic()
    with job.log.open("w") as log, redirect_stdout(log), redirect_stderr(log):
        try:
            job.do(_Log(log))
        except LithoError as error:
            log.write(f"{type(error).__name__}: {error}\n")
            return Outcome(time.monotonic() - started, str(error))
        except Exception as error:  # the top of this process
            log.write(traceback.format_exc())
            reason = f"{type(error).__name__}: {error}"
            return Outcome(time.monotonic() - started, reason)
    return Outcome(time.monotonic() - started)


class _Log:
    """A watcher that writes a line for all it is told."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._tenths = 0

    def begin(self, stage: str) -> None:
        """Write that a stage begins."""
        self._tenths = 0
        self._line(f"{stage} …")

    def advance(self, done: int, total: int) -> None:
        """Write how far it is, ten times at most."""
        tenths = 10 * done // total
        if tenths > self._tenths:
            self._tenths = tenths
            self._line(f"  {done} of {total}")

    def end(self, stage: str, seconds: float, was_cached: bool) -> None:
        """Write that a stage has its result."""
        self._line(f"{stage}: {'cached' if was_cached else f'{seconds:.1f} s'}")

    def say(self, text: str) -> None:
        """Write `text`."""
        self._line(f"  {text}")

    def _line(self, text: str) -> None:
        self._file.write(f"{text}\n")
        self._file.flush()
