"""Programs are run to their end, and told in full when they fail."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from litho.errors import ToolError
from litho.tools import FoundTool, Job, run
from litho.tools.run import run_all

PYTHON = FoundTool("snake", (sys.executable, "-c"), "3", Path(), (("LITHO_TEST", "a b"),))


def job(folder: Path, code: str, name: str = "log") -> Job:
    return Job(PYTHON, (textwrap.dedent(code),), folder, folder / "logs" / name)


def test_output_of_both_kinds_goes_into_the_log(tmp_path):
    code = "import os, sys; print('out', os.environ['LITHO_TEST']); sys.stderr.write('err')"
    assert run(job(tmp_path, code)) == 0
    assert set((tmp_path / "logs" / "log").read_text().split("\n")) == {"out a b", "err"}


def test_a_failure_tells_the_first_error_the_log_and_the_command(tmp_path):
    code = "import sys; print('0 errors'); print('x.sv:3: error: bad'); sys.exit(7)"
    with pytest.raises(ToolError) as caught:
        run(job(tmp_path, code))
    text = str(caught.value)
    assert text.startswith(
        "snake must end with exit code 0, not with exit code 7: x.sv:3: error: bad; log: "
    )
    assert f"log: {tmp_path}/logs/log; to repeat: cd {tmp_path} && LITHO_TEST='a b' " in text


def test_a_failure_without_a_word_says_so(tmp_path):
    with pytest.raises(ToolError, match="exit code 1: it printed nothing"):
        run(job(tmp_path, "raise SystemExit(1)"))


def test_other_exit_codes_can_be_allowed(tmp_path):
    assert run(job(tmp_path, "raise SystemExit(1)"), allowed=(0, 1)) == 1


def test_a_timeout_ends_the_program_and_its_children(tmp_path):
    code = """\
        import pathlib, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pathlib.Path("child").write_text(str(child.pid))
        child.wait()
        """
    with pytest.raises(ToolError, match="not with stopped after 2 s"):
        run(job(tmp_path, code), timeout=2)
    assert is_gone(int((tmp_path / "child").read_text()))


def is_gone(number: int) -> bool:
    for _ in range(200):
        status = Path(f"/proc/{number}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_an_interrupt_ends_the_program(tmp_path):
    code = (
        "import os, pathlib, time; pathlib.Path('n.part').write_text(str(os.getpid()));"
        " os.replace('n.part', 'number'); time.sleep(60)"
    )

    def interrupt() -> None:
        while not (tmp_path / "number").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run(job(tmp_path, code))
    thread.join()
    assert is_gone(int((tmp_path / "number").read_text()))


def test_a_program_that_does_not_start_is_told(tmp_path):
    tool = FoundTool("ghost", (str(tmp_path / "ghost"),), "1", tmp_path)
    with pytest.raises(ToolError, match=r"ghost must be a program that starts, and .* does not"):
        run(Job(tool, (), tmp_path, tmp_path / "log"))


def test_jobs_run_two_at_a_time(tmp_path):
    code = "import time; a = time.time(); time.sleep(0.3); print(a, time.time())"
    run_all([job(tmp_path, code, f"log{n}") for n in range(5)])
    spans = [
        tuple(map(float, (tmp_path / "logs" / f"log{n}").read_text().split())) for n in range(5)
    ]
    most = max(sum(start <= at < end for start, end in spans) for at, _ in spans)
    assert most <= 2


def test_the_first_job_that_fails_ends_the_others(tmp_path):
    started = time.perf_counter()
    jobs = [job(tmp_path, "import time; time.sleep(60)"), job(tmp_path, "1 / 0", "second")]
    with pytest.raises(ToolError, match="ZeroDivisionError"):
        run_all(jobs)
    assert time.perf_counter() - started < 30


def test_a_job_that_runs_for_too_long_ends_the_others(tmp_path):
    started = time.perf_counter()
    jobs = [job(tmp_path, "import time; time.sleep(60)", f"log{n}") for n in range(3)]
    with pytest.raises(ToolError, match=r"not with stopped after 0\.5 s"):
        run_all(jobs, timeout=0.5)
    assert time.perf_counter() - started < 30


def test_jobs_may_end_with_other_exit_codes(tmp_path):
    jobs = [job(tmp_path, f"raise SystemExit({n})", f"log{n}") for n in range(2)]
    run_all(jobs, allowed=(0, 1))
    with pytest.raises(ToolError, match="exit code 1"):
        run_all(jobs)


def test_an_interrupted_build_of_a_simulator_leaves_nothing_whole(tmp_path):
    code = textwrap.dedent("""\
        import os, signal, sys
        from pathlib import Path
        from litho.tools import cached
        def build(place):
            (place / "half").write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
        cached("kind", "key", build)
        """)
    environment = {**os.environ, "LITHO_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "kind" / "key").exists()
    assert len(list((tmp_path / "kind").glob("key.*.part"))) == 1
