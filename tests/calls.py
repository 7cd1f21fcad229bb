"""What the tests let worker processes do: module-level functions that import little."""

import os
import signal
import sys
import time

import dnn
from lab.live import process as execution


def square(x):
    return x * x


def fail(text):
    raise KeyError(text)


def advance_there(run, data, steps, watch):
    """Advance a Run that was pickled without its data."""
    return dnn.advance(dnn.attach(run, data), steps, watch)


def loaded_modules():
    return sorted(sys.modules)


def main_file():
    return getattr(sys.modules["__main__"], "__file__", None)


def blas_threads():
    from threadpoolctl import threadpool_info

    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def die(log):
    """Note the attempt and kill this process."""
    with open(log, "a") as file:
        file.write("x")
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(log, value):
    """Kill this process at the first call; return the value at the next."""
    if not os.path.exists(log):
        die(log)
    return value


def wait_for_flag(slot, seconds):
    """Return whether the flag was raised within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if execution.flagged(slot, 1):
            return True
        time.sleep(0.002)
    return False
