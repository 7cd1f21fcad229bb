"""Where training runs: the cache, the pool and its losses, and what a worker is made of."""

import ast
import os
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import calls
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dnn
from dnn.engine.cache import Cache
from dnn.run.training import trainer_key
from lab.live import process as execution
from lab.live.executors import InlineExecutor, WorkerPool, open_executor
from lab.live.pool import TRIES

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def pool():
    from lab.live.worker import warm_up

    pool = WorkerPool(2, warm_up)
    yield pool
    pool.shutdown()


# --- the cache -----------------------------------------------------------------------------------


def test_take_removes():
    cache = Cache(100)
    cache.put("a", 1, 10)
    assert cache.get("a") == 1
    assert cache.take("a") == 1
    assert cache.take("a") is None
    assert cache.get("a") is None
    assert cache.nbytes == 0


def test_the_least_recently_used_goes_first():
    cache = Cache(30)
    for key in "abc":
        cache.put(key, key, 10)
    assert cache.get("a") == "a"
    cache.put("d", "d", 10)
    assert [cache.get(key) for key in "abcd"] == ["a", None, "c", "d"]
    cache.put("c", "C", 20)
    assert (cache.get("c"), cache.get("a"), cache.nbytes) == ("C", None, 30)


entries = st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 60), st.booleans())


@given(st.lists(entries, max_size=60))
def test_the_cache_is_bounded_in_bytes(puts):
    cache = Cache(100)
    for key, size, take in puts:
        cache.take(key) if take else cache.put(key, size, size)
        assert cache.nbytes <= 100
        kept = [cache.get(k) for k in "abcdefgh"]
        assert cache.nbytes == sum(size for size in kept if size is not None)
        assert take or cache.get(key) == size


def test_compiled_networks_do_not_pile_up(monkeypatch):
    monkeypatch.setattr("dnn.run.training.CACHE", cache := Cache(3_000_000))
    for seed in range(20):
        run, _ = dnn.advance(dnn.start(dnn.Config(seed=seed)), 5)
        assert cache.nbytes <= cache.limit
    trainer = cache.take(trainer_key(run))
    arrays = [trainer.p, trainer.work, trainer.state, *trainer.batches._buffers]
    assert sum(a.nbytes for a in arrays) < trainer.nbytes < 3_000_000


# --- inline --------------------------------------------------------------------------------------


def test_inline_runs_at_once():
    executor = open_executor("inline")
    assert isinstance(executor, InlineExecutor)
    assert executor.submit(calls.square, 3).result() == 9
    assert executor.submit(calls.square, x=4).done()
    with pytest.raises(KeyError, match="oh"):
        executor.submit(calls.fail, "oh").result()


def test_there_is_no_flag_outside_a_worker():
    assert not execution.flagged(0, 1)


def test_unknown_executors_are_refused():
    with pytest.raises(ValueError, match=r"^executor: 'threads' is not known; choose inline, pool"):
        open_executor("threads")
    with pytest.raises(ValueError, match=r"^workers: 0 is not allowed; at least 1"):
        open_executor("pool", workers=0)


def test_dask_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(ValueError, match=r"^executor: 'tcp://h:1' needs Dask; .*distributed"):
        open_executor("tcp://h:1")


# --- the pool ------------------------------------------------------------------------------------


def test_the_pool_answers(pool):
    assert [f.result(30) for f in [pool.submit(calls.square, k) for k in range(20)]] == [
        k * k for k in range(20)
    ]
    assert list(pool.map(calls.square, [1, 2])) == [1, 4]
    assert len(pool.pids()) == 2
    assert os.getpid() not in pool.pids()


def test_an_exception_passes_through(pool):
    lost = pool.lost
    with pytest.raises(KeyError, match="oh"):
        pool.submit(calls.fail, "oh").result(30)
    assert pool.lost == lost


def test_a_worker_is_light(pool):
    modules = pool.submit(calls.loaded_modules).result(30)
    assert "lab.live.worker" in modules, "warm"
    heads = {name.split(".")[0] for name in modules}
    assert not heads & {"streamlit", "plotly", "sklearn", "pandas", "pages", "app", "pytest"}
    assert pool.submit(calls.main_file).result(30) is None


def test_a_worker_has_one_blas_thread(pool):
    threads = pool.submit(calls.blas_threads).result(30)
    assert threads
    assert set(threads) == {1}


def test_starting_workers_leaves_this_process_as_it_was(pool):
    main, environment = sys.modules["__main__"], dict(os.environ)
    inside = []

    def enter():
        with execution.bare_start():
            inside.append(sys.modules["__main__"] is not main)
            time.sleep(0.001)

    threads = [threading.Thread(target=enter) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == [True] * 20
    assert sys.modules["__main__"] is main
    assert dict(os.environ) == environment


def test_flags_reach_a_call_that_runs(pool):
    slot, other = pool.take_flag(), pool.take_flag()
    assert slot != other
    watching = pool.submit(calls.wait_for_flag, slot, 30)
    idle = pool.submit(calls.wait_for_flag, other, 0.05)
    assert idle.result(30) is False
    assert not watching.done()
    pool.raise_flag(slot, 1)
    assert watching.result(30) is True
    pool.raise_flag(slot, 0)
    assert pool.flag_at(slot) == 1, "a flag never falls"
    pool.give_flag(slot)
    assert pool.take_flag() == slot
    pool.give_flag(slot)
    pool.give_flag(other)


def test_flags_run_out(pool):
    taken = [pool.take_flag() for _ in range(4096)]
    assert len(set(taken)) == 4096
    with pytest.raises(ValueError, match=r"^sessions: 4096 train at once"):
        pool.take_flag()
    for slot in taken:
        pool.give_flag(slot)


def test_a_killed_workers_call_is_made_again(pool, tmp_path):
    lost = pool.lost
    assert pool.submit(calls.die_once, str(tmp_path / "log"), 7).result(30) == 7
    assert pool.lost == lost + 1
    assert pool.submit(calls.square, 5).result(30) == 25


def test_a_run_survives_its_worker(pool, tmp_path):
    config = dnn.Config()
    run = dnn.start(config)
    pool.submit(calls.die_once, str(tmp_path / "log"), 0)
    slices = pool.submit(calls.advance_there, run, run.data, 40, None)
    expected, _ = dnn.advance(run, 40)
    assert slices.result(30)[0].parameters.tobytes() == expected.parameters.tobytes()


def test_calls_waiting_for_a_lost_worker_are_made_as_well(pool, tmp_path):
    logs = [str(tmp_path / f"log{k}") for k in range(2)]
    futures = [pool.submit(calls.die_once, log, log) for log in logs]
    futures += [pool.submit(calls.square, k) for k in range(8)]
    assert [f.result(30) for f in futures] == [*logs, *(k * k for k in range(8))]


def test_a_call_that_always_kills_its_worker_is_given_up(pool, tmp_path):
    log = tmp_path / "log"
    with pytest.raises(BrokenProcessPool):
        pool.submit(calls.die, str(log)).result(60)
    assert log.read_text() == "x" * TRIES
    assert pool.submit(calls.square, 6).result(30) == 36


def test_a_pool_that_is_shut_down():
    pool = WorkerPool(1)
    pids = {pool.submit(os.getpid).result(30)}
    pool.shutdown()
    assert not [pid for pid in pids if alive(pid)]
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(calls.square, 1)


def test_calls_cancelled_by_a_shutdown_do_not_hang():
    pool = WorkerPool(1)
    futures = [pool.submit(time.sleep, 0.05) for _ in range(8)]
    pool.shutdown(cancel_futures=True)
    wait(futures, timeout=30)
    assert all(f.done() for f in futures)
    assert futures[-1].cancelled()


def test_a_call_that_nobody_waits_for_any_more_is_dropped(pool, caplog):
    slow = [pool.submit(time.sleep, 0.05) for _ in range(3)]
    assert slow[2].cancel()
    assert pool.submit(calls.square, 3).result(30) == 9
    wait(slow[:2], timeout=30)
    time.sleep(0.1)
    assert not caplog.records


def test_a_session_stays_where_its_last_call_was_while_only_its_own_calls_wait_there():
    pool = WorkerPool(2)
    mine, other = pool.take_flag(), pool.take_flag()
    home = pool.submit_for(mine, os.getpid).result(60)
    given_up = pool.submit_for(mine, time.sleep, 0.5)
    behind = pool.submit_for(mine, os.getpid)
    assert behind.result(60) == home
    assert given_up.done(), "behind it, in the worker that knows the session"
    busy = pool.submit_for(other, calls.wait_for_flag, other, 60)
    # The first worker is the first session's home and the other session's too, by turns.
    elsewhere = pool.submit_for(mine, os.getpid).result(60)
    assert pool.submit_for(mine, os.getpid).result(60) == elsewhere != home
    pool.raise_flag(other, 2**40)
    busy.result(60)
    pool.give_flag(mine)
    assert mine not in pool._homes
    pool.shutdown()


# --- the server's end ----------------------------------------------------------------------------


def alive(pid):
    """Return whether a process runs: one that has ended may still stand in the table."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


SERVER = """
    # No guard on purpose: a worker that ran this script again would start workers of its own.
    import multiprocessing, os, signal
    from lab.live.executors import WorkerPool
    print("started", flush=True)
    pool = WorkerPool(2)
    pool.submit(os.getpid).result(30)
    print([child.pid for child in multiprocessing.active_children()], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_workers_end_with_a_killed_server(tmp_path):
    script = tmp_path / "server.py"
    script.write_text(textwrap.dedent(SERVER))
    # The workers hold the same standard output: a file, since a pipe would wait for them.
    with (tmp_path / "out").open("w+") as out:
        done = subprocess.run(
            [sys.executable, script], stdout=out, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        lines = (tmp_path / "out").read_text().splitlines()
    assert done.returncode == -9
    assert lines[0] == "started"
    assert len(lines) == 2, "no worker ran the script"
    pids = ast.literal_eval(lines[1])
    assert len(pids) == 3, "two at work and a spare"
    end = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, pids))
