"""txtai as a contestant of `npm run bench -- peers`, driven by lines of JSON on stdin and stdout.

    python worker.py [flat]     (flat: every vector is scored, whatever their number)

The requests and answers are those of ../protocol.ts.
"""

import json
import os
import sys
import time
from importlib.metadata import version

# Libraries may print: what they print goes to stderr, and the answers have the real stdout for themselves.
ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
os.environ["HF_HUB_OFFLINE"] = "1"

# The share of the vectors in a hybrid score: at its ends txtai asks only one of the two.
SHARES = {"keyword": 0.0, "dense": 1.0, "hybrid": 0.5}


class Worker:
    """The state between requests: the documents and the index."""

    def load(self, model, documents, folder, threads, **_):
        import torch
        from txtai import Embeddings

        torch.set_num_threads(threads)
        with open(documents, encoding="utf-8") as file:
            self.documents = json.load(file)
        self.folder = folder
        start = time.perf_counter()
        options = {"faiss": {"components": "IDMap,Flat"}} if "flat" in sys.argv[1:] else {}
        # What its documentation advises for search with keywords: dense and BM25 with the texts beside them.
        self.embeddings = Embeddings(path=model, hybrid=True, content=True, gpu=False, **options)
        self.embeddings.transform("warm up")
        return {"ms": elapsed(start), "versions": {name: version(name) for name in ("torch", "transformers", "txtai")}}

    def index(self):
        start = time.perf_counter()
        self.embeddings.index((document["id"], joined(document)) for document in self.documents)
        self.embeddings.save(self.folder)
        return {"ms": elapsed(start), "documents": self.embeddings.count()}

    def search(self, mode, queries, limit):
        ms, ids = [], []
        for query in queries:
            start = time.perf_counter()
            found = self.embeddings.search(query, limit, weights=SHARES[mode])
            ms.append(elapsed(start))
            ids.append([row["id"] for row in found])
        return {"ms": ms, "ids": ids}


def joined(document):
    """One text, as BEIR's own baselines have it."""
    return f"{document.get('title', '')} {document['text']}".strip()


def elapsed(start):
    return (time.perf_counter() - start) * 1000


def main():
    worker = Worker()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:  # whatever it is, the benchmark says it and goes on without this contestant
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=ANSWERS, flush=True)


if __name__ == "__main__":
    main()
