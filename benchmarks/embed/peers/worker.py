"""One contestant of `npm run bench -- embed` that is written in Python, driven by lines of JSON on stdin and stdout.

    python worker.py torch-fp32 | torch-bf16 | txtai

The requests and answers are those of ../protocol.ts.
"""

import json
import sys
import time
from importlib.metadata import version

from answer_requests import answer_requests, elapsed


def sentence_transformer(folder, dtype):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(folder, device="cpu", model_kwargs={"torch_dtype": dtype})
    return lambda texts: model.encode(texts, show_progress_bar=False)


def txtai(folder):
    from txtai import Embeddings

    # What a user of txtai on a CPU gets for a path: its Transformers vectors with mean pooling, normalized.
    embeddings = Embeddings(path=folder, gpu=False)
    return embeddings.batchtransform


CONTESTANTS = {
    "torch-fp32": ("sentence_transformers", lambda torch, folder: sentence_transformer(folder, torch.float32)),
    "torch-bf16": ("sentence_transformers", lambda torch, folder: sentence_transformer(folder, torch.bfloat16)),
    "txtai": ("txtai.embeddings", lambda torch, folder: txtai(folder)),
}


class Worker:
    """The state between requests: the texts and the function that encodes them."""

    def __init__(self, name):
        self.module, self.make = CONTESTANTS[name]

    def load(self, model, texts, query, threads, **_):
        import torch

        torch.set_num_threads(threads)
        __import__(self.module)  # importing is part of the start of the process, not of loading the model
        with open(texts, encoding="utf-8") as file:
            self.texts = json.load(file)
        self.query_text = query
        start = time.perf_counter()
        self.encode_texts = self.make(torch, model)
        self.encode_texts([query])
        return {
            "ms": elapsed(start),
            "versions": {
                name: version(name) for name in ("torch", "transformers", self.module.split(".")[0].replace("_", "-"))
            },
        }

    def encode(self):
        start = time.perf_counter()
        self.vectors = self.encode_texts(self.texts)
        return {"ms": elapsed(start)}

    def query(self, times):
        durations = []
        for _ in range(times):
            start = time.perf_counter()
            self.encode_texts([self.query_text])
            durations.append(elapsed(start))
        return {"ms": durations}

    def write(self, file):
        import numpy

        vectors = numpy.asarray(self.vectors, dtype="<f4")
        vectors.tofile(file)
        return {"dimension": int(vectors.shape[1])}


if __name__ == "__main__":
    answer_requests(Worker(sys.argv[1]))
