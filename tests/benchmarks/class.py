"""How many students a server carries: python tests/benchmarks/class.py [students ...]

Prints a Markdown table row for each number of students, with --before FOLDER also for the code in
another folder, side by side. Every student trains the first visit's network at normal speed, has
the page drawn anew every 5 seconds, as a click does, and at the end presses Pause, Step and Play.
`soak` instead of numbers: --students of them for --minutes, and what the memory does meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
sys.path.insert(0, str(Path(__file__).parents[1]))
from server import ROOT, free_port, wait_until_healthy
from students import Seen, Student, pause_step_play

#: Seconds from one student's opening to the next, from a student's rerun to its next one, and in
#: which every student presses once.
ARRIVING, CLICKING, PRESSING = 0.25, 5.0, 10.0
HEAD = (
    "| code | students | frames/s | each, fewest to most | page rerun p50, p95 | press p50, p95 |"
    " opening p95 | server ms/frame | cores: server, workers, students | KB/frame | lost |"
)


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, int]]:
    """Run the app of a folder; yield its port and its process number."""
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port),
        "--server.headless", "true", "--browser.serverAddress", "localhost",
    ]  # fmt: skip
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        wait_until_healthy(f"{port}/", server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def family(pid: int) -> list[int]:
    """Return the numbers of a process and of those that it has started."""
    told = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
    pairs = [tuple(map(int, line.split())) for line in told.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, its in pairs if its == parent]
    return found


def seconds_used(pid: int) -> float:
    """Return the processor time of a process; 0 where it is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pids: list[int]) -> float:
    """Return the memory of processes."""
    total = 0.0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            total += int(line.split()[1]) / 1024 if line.startswith("VmRSS") else 0.0
    return total


async def click(student: Student, i: int, many: int) -> None:
    """Have the page drawn anew now and then."""
    await asyncio.sleep(CLICKING * i / many)
    while True:
        await student.rerun()
        await asyncio.sleep(CLICKING)


async def press(student: Student, i: int, many: int) -> None:
    """Press once, in one's turn."""
    await asyncio.sleep(PRESSING * i / many)
    await pause_step_play(student)


async def measured(port: int, pid: int, many: int, seconds: float) -> str:
    """Return the cells of a row."""
    async with AsyncExitStack() as stack:
        students = []
        for _ in range(many):
            students.append(await stack.enter_async_context(Student(port)))
            await asyncio.sleep(ARRIVING)
        await asyncio.sleep(5 + 0.15 * many)
        clicks = [asyncio.create_task(click(s, i, many)) for i, s in enumerate(students)]
        opened = sorted(s.seen.opened or 60.0 for s in students)
        for student in students:
            student.seen = Seen()
        pids = family(pid)
        used, own = {p: seconds_used(p) for p in pids}, time.process_time()
        await asyncio.sleep(seconds)
        used = {p: seconds_used(p) - used[p] for p in pids}
        own = time.process_time() - own
        frames = sorted(s.seen.frames for s in students)
        sent = sum(s.seen.bytes for s in students)
        with suppress(TimeoutError):
            presses = (press(s, i, many) for i, s in enumerate(students))
            await asyncio.wait_for(asyncio.gather(*presses), 4 * PRESSING)
        for task in clicks:
            task.cancel()
    reruns = sorted(r for s in students for r in s.seen.reruns)
    presses = sorted(p for s in students for p in s.seen.presses)
    total = sum(frames)
    workers = sum(used.values()) - used[pid]
    return (
        f"{many} | {total / seconds:.0f} | {frames[0] / seconds:.1f} to {frames[-1] / seconds:.1f}"
        f" | {ranks(reruns)} | {ranks(presses)} | {at(opened, 0.95):.2f} s"
        f" | {1e3 * used[pid] / max(1, total):.1f}"
        f" | {used[pid] / seconds:.2f}, {workers / seconds:.2f}, {own / seconds:.2f}"
        f" | {sent / max(1, total) / 1e3:.0f} | {sum(s.seen.lost for s in students)} |"
    )


def at(ordered: list[float], share: float) -> float:
    """Return the value that this share of an ordered list lies below."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def ranks(ordered: list[float]) -> str:
    return f"{at(ordered, 0.5):.2f}, {at(ordered, 0.95):.2f} s"


async def soak(port: int, pid: int, many: int, minutes: float) -> None:
    """Print the memory and the frames of every minute."""
    async with AsyncExitStack() as stack:
        students = [await stack.enter_async_context(Student(port)) for _ in range(many)]
        tasks = [asyncio.create_task(click(s, i, many)) for i, s in enumerate(students)]
        print(
            "| minute | frames/s | lost | server MB | workers MB |\n| --- | --- | --- | --- | --- |"
        )
        sizes, frames = [], 0
        for minute in range(1, round(minutes) + 1):
            await asyncio.sleep(60)
            now, lost = (sum(getattr(s.seen, n) for s in students) for n in ("frames", "lost"))
            pids = family(pid)
            sizes.append(megabytes(pids))
            server = megabytes([pid])
            print(f"| {minute} | {(now - frames) / 60:.0f} | {lost} | {server:.0f} | "
                  f"{sizes[-1] - server:.0f} |", flush=True)  # fmt: skip
            frames = now
            for student in students:
                student.seen.gaps.clear()
        for task in tasks:
            task.cancel()
        half = sizes[len(sizes) // 2 :]
        print(f"\nIn the second half the memory went from {half[0]:.0f} to {half[-1]:.0f} MB, "
              f"median {statistics.median(half):.0f} MB.")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["1", "5", "10", "20", "40"])
    parser.add_argument("--before", type=Path, help="another checkout, to be measured beside it")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60)
    told = parser.parse_args()
    if told.what == ["soak"]:
        with served(ROOT) as (port, pid):
            asyncio.run(soak(port, pid, told.students, told.minutes))
        return
    print(HEAD, "|" + " --- |" * (HEAD.count("|") - 1), sep="\n")
    for many in map(int, told.what):
        for name, folder in (("before", told.before), ("now", ROOT)):
            if folder is not None:
                with served(folder) as (port, pid):
                    row = asyncio.run(measured(port, pid, many, told.seconds))
                print(f"| {name} | {row}", flush=True)


if __name__ == "__main__":
    main()
