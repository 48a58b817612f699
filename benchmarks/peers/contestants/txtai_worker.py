"""txtai as a contestant of `npm run bench -- peers`, driven by lines of JSON on stdin and stdout.

    python txtai_worker.py

The requests and answers are those of ../protocol.ts.
"""

import copy
import json
import platform
import sys
import time
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "embed" / "peers"))
from answer_requests import answer_requests, elapsed  # noqa: E402

FLAT = {"components": "IDMap,Flat"}


class Worker:
    """The state between requests: the documents and the index."""

    def load(self, model, documents, folder, threads, **_):
        import torch
        from txtai import Embeddings

        torch.set_num_threads(threads)
        with open(documents, encoding="utf-8") as file:
            self.documents = json.load(file)
        self.folder = folder
        # What its documentation advises for search with keywords: dense and BM25 with the texts beside them.
        self.embeddings = Embeddings(path=model, hybrid=True, content=True, gpu=False)
        self.embeddings.transform("warm up")
        libraries = ("torch", "transformers", "faiss-cpu", "txtai")
        return {
            "versions": {"python": platform.python_version(), **{name: version(name) for name in libraries}},
            "max_tokens": self.embeddings.model.model.maxlength,
        }

    def index(self):
        start = time.perf_counter()
        self.embeddings.index((document["id"], joined(document)) for document in self.documents)
        self.embeddings.save(self.folder)
        ms = elapsed(start)
        count = self.embeddings.count()
        kind = self.embeddings.config["build"]["settings"]["components"]
        return {"ms": ms, "documents": count, "vectors": count, "vector_index": kind}

    @cached_property
    def searchers(self):  # not before it is searched: the memory that indexing takes is known then
        return searchers(self.embeddings)

    def search(self, queries, mode, index, limit):
        searcher = self.searchers[mode, index]
        ids, ms = [], []
        for query in queries:
            start = time.perf_counter()
            found = searcher.search(query, limit)
            ms.append(elapsed(start))
            ids.append([row["id"] for row in found])
        return {"ids": ids, "ms": ms}


def joined(document):
    """Title and text as BEIR's own models get them."""
    return f"{document.get('title', '')} {document['text']}".strip()


def searchers(hybrid):
    """The same index by mode: one that searches in one way has only what this way needs, and nothing is encoded twice."""
    flat = copy.copy(hybrid)
    flat.ann = flat_index(hybrid)
    return {
        ("keyword", "default"): without(hybrid, "ann"),
        ("dense", "default"): without(hybrid, "scoring"),
        ("hybrid", "default"): hybrid,
        ("dense", "flat"): without(flat, "scoring"),
        ("hybrid", "flat"): flat,
    }


def without(embeddings, part):
    """As `keyword=True` or neither would have configured it. With `weights` of 0 or 1 a search would still ask both."""
    other = copy.copy(embeddings)
    setattr(other, part, None)
    return other


def flat_index(embeddings):
    """The same vectors in the index that `faiss={"components": "IDMap,Flat"}` configures."""
    from faiss import extract_index_ivf, try_extract_index_ivf
    from txtai.ann import ANNFactory

    backend = embeddings.ann.backend
    if try_extract_index_ivf(backend) is None:
        return embeddings.ann  # few documents: it is flat already
    extract_index_ivf(backend).make_direct_map()
    ann = ANNFactory.create({**embeddings.config, "faiss": FLAT})
    ann.index(backend.reconstruct_n(0, backend.ntotal))
    return ann


if __name__ == "__main__":
    answer_requests(Worker())
