"""How golden files are written."""

import base64
import json
from pathlib import Path

import numpy
import sentence_transformers
import torch
import transformers

HERE = Path(__file__).resolve().parent.parent


def floats(array):
    data = numpy.ascontiguousarray(array.detach().cpu().numpy() if torch.is_tensor(array) else array, dtype="<f4")
    return {"dims": list(data.shape), "base64": base64.b64encode(data.tobytes()).decode("ascii")}


def write_json(path, content):
    path.write_text(json.dumps({"madeWith": versions(), **content}, ensure_ascii=True, indent=1) + "\n")


def versions():
    return {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
            "sentence-transformers": sentence_transformers.__version__}


def token_ids(tokenizer, texts, max_length):
    return [tokenizer(text, truncation=True, max_length=max_length)["input_ids"] for text in texts]
