"""What describes one golden model."""

from dataclasses import dataclass, field
from typing import Callable


@dataclass(frozen=True)
class Row:
    name: str
    # transformers' model_type
    architecture: str
    # Fields of its configuration class; the vocabulary and padding come from the tokenizer.
    config: dict
    # A name of vocabularies.TOKENIZERS
    tokenizer: str
    pooling: str = "mean"
    normalize: bool = False
    # Longest input in tokens, written into sentence_bert_config.json
    max_length: int = 40
    # What the weights were saved from: "encoder", "classifier" or "masked-lm"
    saved_from: str = "classifier"
    labels: int = 3
    dtype: str = "float32"
    shards: int = 1
    # Rewrites the saved config.json and tensors in the words of older files: (config, weights) -> (config, weights)
    respell: Callable | None = None
    # Fields to leave out of config.json, because they have their default
    omit: tuple = field(default=())
