"""Answers lines of JSON on stdin, for a contestant that is written in Python; ../contestants/answer-requests.ts does it in Node.

Import it before any other library: what they print goes to stderr, and the answers have the real stdout for themselves.
"""

import json
import os
import sys
import time

ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
os.environ["HF_HUB_OFFLINE"] = "1"


def answer_requests(worker):
    """Each request names a method of the worker in `do`; its other fields are the arguments."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:  # whatever it is, the benchmark says it and goes on without this contestant
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=ANSWERS, flush=True)


def elapsed(start):
    """Milliseconds since `time.perf_counter()` was `start`."""
    return (time.perf_counter() - start) * 1000
