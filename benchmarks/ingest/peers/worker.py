"""txtai as a contestant of `npm run bench -- ingest`, driven by lines of JSON on stdin and stdout.

    python worker.py

The requests and answers are those of ../protocol.ts.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "embed" / "peers"))
from answer_requests import answer_requests, elapsed  # noqa: E402


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
        # What its documentation advises for search with keywords: dense and BM25 with the texts beside them.
        self.embeddings = Embeddings(path=model, hybrid=True, content=True, gpu=False)
        self.embeddings.transform("warm up")
        return {"ms": elapsed(start), "versions": {name: version(name) for name in ("torch", "transformers", "txtai")}}

    def index(self):
        start = time.perf_counter()
        self.embeddings.index((document["id"], document["text"]) for document in self.documents)
        self.embeddings.save(self.folder)
        return {"ms": elapsed(start), "documents": self.embeddings.count()}

    def search(self, query):
        return {"ids": [found["id"] for found in self.embeddings.search(query, 10)]}


if __name__ == "__main__":
    answer_requests(Worker())
