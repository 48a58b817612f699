"""Makes the model of a row and writes down what the reference libraries compute with it."""

import json
import shutil
import tempfile
import zlib
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import (AutoConfig, AutoModel, AutoModelForMaskedLM, AutoModelForSequenceClassification)

from .files import floats, token_ids, write_json
from .vocabularies import TOKENIZERS

TEXTS = [
    "",
    "a",
    "the cat sat on the mat",
    "unknown \u00e9 \U0001f642 words",
    "the dog ran and " * 150,
    "a cat <pad> saw [PAD] the mat",
    "0 1 2 3 4 5 6 7 8 9 - , .",
]
# Of these, in one padded batch, the hidden states are written down; the long text shows far positions.
BATCH = [2, 4, 5]

CLASSES = {"encoder": AutoModel, "classifier": AutoModelForSequenceClassification, "masked-lm": AutoModelForMaskedLM}


def write_row(row, folder):
    torch.manual_seed(zlib.crc32(row.name.encode()))
    target = folder / row.name
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as plain:
        tokenizer = TOKENIZERS[row.tokenizer]()
        make_model(row, tokenizer).save_pretrained(plain)
        tokenizer.save_pretrained(plain)
        sentence_model = make_sentence_model(row, plain)
        sentence_model.save(str(target), create_model_card=False)
        content = measure(row, plain, sentence_model)
        store_weights(row, Path(plain), target)
    write_json(folder / f"{row.name}.json", content)


def make_model(row, tokenizer):
    special = {f"{kind}_token_id": getattr(tokenizer, f"{kind}_token_id") for kind in ("pad", "cls", "sep")}
    config = AutoConfig.for_model(row.architecture, vocab_size=len(tokenizer), num_labels=row.labels, **row.config,
                                  pad_token_id=special["pad_token_id"], bos_token_id=special["cls_token_id"],
                                  eos_token_id=special["sep_token_id"])
    model = CLASSES[row.saved_from].from_config(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():  # biases and norms too: a forgotten one must show
            # By their width, so that values keep the size that they have in a trained model.
            parameter.normal_(0, parameter.shape[1] ** -0.5 if parameter.ndim > 1 else 0.2)
            if parameter.ndim == 1 and name.endswith("weight"):
                parameter.add_(1)
    return model.to(getattr(torch, row.dtype))


def make_sentence_model(row, plain):
    transformer = Transformer(plain, max_seq_length=row.max_length, model_kwargs={"dtype": torch.float32})
    size = transformer.get_embedding_dimension()
    steps = [Pooling(size, row.pooling)] + ([Normalize()] if row.normalize else [])
    return SentenceTransformer(modules=[transformer, *steps], device="cpu")


def measure(row, plain, sentence_model):
    encoder = sentence_model[0].auto_model
    assert encoder.dtype == torch.float32
    batch = sentence_model.tokenizer([TEXTS[index] for index in BATCH], padding=True, truncation=True,
                                     max_length=row.max_length, return_tensors="pt")
    batch = {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"]}
    tokens = batch["attention_mask"].bool()
    content = {
        "architecture": row.architecture,
        "texts": [{"text": text, "ids": ids, "vector": floats(vector)["base64"]} for text, ids, vector in
                  zip(TEXTS, token_ids(sentence_model.tokenizer, TEXTS, row.max_length),
                      sentence_model.encode(TEXTS, batch_size=1))],
        "batch": BATCH,
    }
    types = getattr(encoder.config, "type_vocab_size", 0)
    with torch.no_grad():
        content["hiddenStates"] = floats(encoder(**batch).last_hidden_state[tokens])
        if types > 1:
            typed = torch.arange(tokens.shape[1]).expand(tokens.shape) % types
            states = encoder(**batch, token_type_ids=typed).last_hidden_state
            content["typed"] = {"types": types, "hiddenStates": floats(states[tokens])}
        if row.saved_from == "classifier":
            classifier = AutoModelForSequenceClassification.from_pretrained(plain, dtype=torch.float32).eval()
            content["logits"] = floats(classifier(**batch).logits)
    return content


def store_weights(row, plain, target):
    """The weights and config.json as the row wants them, in place of those that sentence-transformers saved."""
    config = json.loads((plain / "config.json").read_text())
    weights = load_file(plain / "model.safetensors")
    if row.respell is not None:
        config, weights = row.respell(config, weights)
    config = {key: value for key, value in config.items() if key not in row.omit}
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (target / "model.safetensors").unlink()
    save_shards(weights, target, row.shards)


def save_shards(weights, target, count):
    if count == 1:
        save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
        return
    weight_map = {}
    for shard in range(count):
        name = f"model-{shard + 1:05}-of-{count:05}.safetensors"
        part = dict(list(weights.items())[shard::count])
        save_file(part, target / name, metadata={"format": "pt"})
        weight_map |= {key: name for key in part}
    index = {"metadata": {"total_size": sum(tensor.nbytes for tensor in weights.values())}, "weight_map": weight_map}
    (target / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
