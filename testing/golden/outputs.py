"""Writes the golden files of what packages/core makes of hidden states (see setup.sh for the environment).

    python testing/golden/outputs.py

outputs.json              pooling of masks with holes and of padding alone, quantized vectors, similarities; every output
                          of `encode` on tiny-bert/; the scores of the models below, by sentence-transformers
outputs/cross-bert/       a cross-encoder with one label, as transformers alone saves it; its tokenizer tells segments
outputs/cross-roberta/    one with one label and another activation, as sentence-transformers saves it
outputs/cross-labels/     one with three labels, with the names that sentence-transformers 3 wrote; its tokenizer is of
                          the generic class, which tells no segments

Arrays are base64 of little-endian float32, and of bytes where vectors are quantized.
"""

import base64
import itertools
import json
import shutil
import tempfile
from pathlib import Path

import numpy
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer, util
from sentence_transformers.sentence_transformer.modules import Pooling
from sentence_transformers.util import quantize_embeddings
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast, RobertaConfig,
                          RobertaForSequenceClassification)

from reference.files import HERE, floats, versions
from reference.tiny_bert import TINY_TEXTS, tiny_tokenizer

FOLDER = HERE / "outputs"
TINY_BERT = HERE / "tiny-bert"
PROMPT = "the query "


def integers(array):
    data = numpy.ascontiguousarray(array)
    return {"dims": list(data.shape), "base64": base64.b64encode(data.tobytes()).decode("ascii")}


# --- pooling

MASKS = [
    [1, 1, 1, 1, 1],
    [1, 1, 1, 0, 0],
    [0, 0, 1, 1, 1],
    [1, 0, 1, 0, 1],
    [0, 1, 0, 1, 0],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 1],
    [1, 0, 0, 0, 0],
]


def pooling():
    torch.manual_seed(11)
    hidden = torch.randn(len(MASKS), 5, 6)
    hidden[1] = 0  # a text whose every state is the zero vector
    mask = torch.tensor(MASKS)
    modes = [[mode] for mode in Pooling.POOLING_MODES] + [list(Pooling.POOLING_MODES)]
    modes += [list(pair) for pair in itertools.permutations(("lasttoken", "cls", "mean"), 2)]
    return {"hiddenStates": floats(hidden), "attentionMask": mask.flatten().tolist(),
            "poolings": [{"modes": names, "vectors": floats(Pooling(6, names)({
                "token_embeddings": hidden, "attention_mask": mask})["sentence_embedding"])} for names in modes],
            "means": floats(mean_pooling((hidden,), mask))}


def mean_pooling(output, mask):
    """The formula of the model card."""
    states = output[0]
    expanded = mask.unsqueeze(-1).expand(states.size()).float()
    return torch.sum(states * expanded, 1) / torch.clamp(expanded.sum(1), min=1e-9)


# --- quantization

def quantization():
    generator = numpy.random.default_rng(5)
    cases = []
    for rows, dimension in ((7, 13), (120, 20), (2, 8), (1, 9), (3, 1)):
        vectors = generator.normal(size=(rows, dimension)).astype(numpy.float32)
        vectors[:, dimension // 2] = 0.25  # a component that never changes: steps of 1
        vectors[0, 0] = 0  # is not positive
        calibration = generator.normal(scale=0.5, size=(40, dimension)).astype(numpy.float32)  # narrower: some are clipped
        ranges = numpy.vstack((-numpy.linspace(0.1, 1, dimension), numpy.linspace(0.2, 2, dimension))).astype(numpy.float32)
        case = {"vectors": floats(vectors), "calibration": floats(calibration), "ranges": floats(ranges), "results": []}
        for precision in ("float32", "int8", "uint8", "binary", "ubinary"):
            for source, arguments in (("own", {}), ("calibration", {"calibration_embeddings": calibration}),
                                      ("ranges", {"ranges": ranges})):
                if source == "own" and rows == 1 and precision in ("int8", "uint8"):
                    continue  # refused by the reference too
                quantized = quantize_embeddings(vectors, precision=precision, **arguments)
                case["results"].append({"precision": precision, "source": source,
                                        "stored": floats(quantized) if precision == "float32" else integers(quantized)})
        cases.append(case)
    return cases


# --- similarity

def similarity():
    generator = numpy.random.default_rng(6)
    a = generator.normal(size=(5, 6)).astype(numpy.float32)
    b = generator.normal(size=(5, 6)).astype(numpy.float32)
    a[1], b[2] = 0, 0
    a[2] *= 1e-13  # a norm below the smallest that a vector is divided by
    b[3] = a[3]
    functions = {"cosine": (util.cos_sim, util.pairwise_cos_sim), "dot": (util.dot_score, util.pairwise_dot_score),
                 "euclidean": (util.euclidean_sim, util.pairwise_euclidean_sim),
                 "manhattan": (util.manhattan_sim, util.pairwise_manhattan_sim)}
    return {"a": floats(a), "b": floats(b),
            "functions": [{"name": name, "matrix": floats(matrix(a, b)), "pairwise": floats(pairwise(a, b))}
                          for name, (matrix, pairwise) in functions.items()]}


# --- encode

def encode():
    model = SentenceTransformer(str(TINY_BERT), device="cpu")
    calls = [
        {},
        {"normalize_embeddings": True},
        {"truncate_dim": 13},
        {"truncate_dim": 13, "normalize_embeddings": True},
        {"prompt": "the dog "},
        {"prompt_name": "query"},
        {"prompt": "", "prompt_name": "query"},
        {"precision": "int8"},
        {"precision": "uint8", "normalize_embeddings": True},
        {"precision": "binary", "truncate_dim": 13},
        {"precision": "ubinary"},
    ]
    results = []
    for arguments in calls:
        vectors = model.encode(TINY_TEXTS, batch_size=1, **arguments)
        stored = floats(vectors) if vectors.dtype == numpy.float32 else integers(vectors)
        results.append({"arguments": arguments, "stored": stored})
    tokens = model.encode(TINY_TEXTS, batch_size=1, output_value="token_embeddings")
    prompted = model.encode(TINY_TEXTS, batch_size=1, output_value="token_embeddings", prompt_name="query")
    binary = model.encode(TINY_TEXTS, batch_size=1, output_value="token_embeddings", precision="binary")
    steps = model.encode(TINY_TEXTS, batch_size=1, output_value="token_embeddings", precision="uint8")
    return {"texts": TINY_TEXTS, "calls": results, "tokenEmbeddings": [floats(it) for it in tokens],
            "promptedTokenEmbeddings": [floats(it) for it in prompted],
            "binaryTokenEmbeddings": [integers(it) for it in binary],
            "uint8TokenEmbeddings": [integers(it) for it in steps]}


def without_prompt():
    """tiny-bert/ with pooling that leaves the prompt out; the test writes the same configuration."""
    results = []
    for modes in [[mode] for mode in Pooling.POOLING_MODES] + [["mean", "weightedmean", "cls"]]:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(TINY_BERT, folder, dirs_exist_ok=True)
            config = {"embedding_dimension": 48, "pooling_mode": modes, "include_prompt": False}
            (Path(folder) / "1_Pooling" / "config.json").write_text(json.dumps(config))
            model = SentenceTransformer(folder, device="cpu")
            results.append({"config": config, "vectors": floats(model.encode(TINY_TEXTS, batch_size=1, prompt=PROMPT)),
                            "unprompted": floats(model.encode(TINY_TEXTS, batch_size=1))})
    return {"prompt": PROMPT, "results": results}


def prompts():
    """Which prompt stands before a text, told by its tokens: the rows are encode, encode_query and encode_document."""
    cases = []
    for config in ({"prompts": {}}, {"prompts": {"query": "the dog "}},
                   {"prompts": {"query": "the dog ", "document": "a cat "}},
                   {"prompts": {"other": "the mat "}, "default_prompt_name": "other"},
                   {"prompts": {"query": "the dog ", "document": "a cat ", "other": "the mat "},
                    "default_prompt_name": "other"}):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(TINY_BERT, folder, dirs_exist_ok=True)
            (Path(folder) / "config_sentence_transformers.json").write_text(json.dumps(config))
            model = SentenceTransformer(folder, device="cpu")
            vectors = [method("on") for method in (model.encode, model.encode_query, model.encode_document)]
            cases.append({"config": config, "prompts": model.prompts, "vectors": floats(numpy.stack(vectors))})
    return cases


# --- cross-encoders

PAIRS = [
    ("the cat", "a dog sat on the mat"),
    ("the cat", ""),
    ("", ""),
    ("the cat sat on the mat", "abc " * 60),
    ("abc " * 60, "the dog"),
    ("abc " * 60, "the cat " * 60),
    ("0 1 2", "unknown é 🙂 words"),
    ("the cat", "a cat"),
]


def noisy(model):
    for parameter in model.parameters():  # biases and norms too: a forgotten one must show
        parameter.data.add_(torch.randn_like(parameter) * 0.2)
    return model.eval()


def bert(folder, tokenizer_class=None, **arguments):
    tokenizer, vocabulary = tiny_tokenizer()
    config = BertConfig(vocab_size=vocabulary, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
                        intermediate_size=40, max_position_embeddings=40, initializer_range=0.3, **arguments)
    noisy(BertForSequenceClassification(config)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if tokenizer_class is not None:
        change(folder / "tokenizer_config.json", tokenizer_class=tokenizer_class)


def change(file, **members):
    file.write_text(json.dumps({**json.loads(file.read_text()), **members}, indent=2) + "\n")


def roberta(folder):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator([text for pair in PAIRS for text in pair],
                                  trainers.BpeTrainer(vocab_size=300, special_tokens=specials, show_progress=False,
                                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>",
                                   sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
                                   model_max_length=38)
    config = RobertaConfig(vocab_size=tokenizer.get_vocab_size(), hidden_size=16, num_hidden_layers=2,
                           num_attention_heads=2, intermediate_size=24, max_position_embeddings=40,
                           type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, num_labels=1,
                           initializer_range=0.3)
    noisy(RobertaForSequenceClassification(config)).save_pretrained(folder)
    fast.save_pretrained(folder)


def cross_encoders():
    torch.manual_seed(13)
    shutil.rmtree(FOLDER, ignore_errors=True)
    bert(FOLDER / "cross-bert", tokenizer_class="BertTokenizer", num_labels=1)
    with tempfile.TemporaryDirectory() as folder:
        roberta(folder)
        CrossEncoder(folder, device="cpu", activation_fn=torch.nn.Identity(), prompts={"search": "the dog "}).save(
            str(FOLDER / "cross-roberta"), create_model_card=False)
    bert(FOLDER / "cross-labels", id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
         label2id={"contradiction": 0, "entailment": 1, "neutral": 2})
    change(FOLDER / "cross-labels" / "config.json",
           sbert_ce_default_activation_function="torch.nn.modules.activation.Tanh")
    for path in FOLDER.glob("*/README.md"):
        path.unlink()
    return {"pairs": PAIRS, "models": [scores(name) for name in ("cross-bert", "cross-roberta", "cross-labels")]}


def scores(name):
    model = CrossEncoder(str(FOLDER / name), device="cpu")
    calls = [{}, {"activation_fn": "Identity"}, {"activation_fn": "Sigmoid"}, {"apply_softmax": True},
             {"activation_fn": "Identity", "apply_softmax": True}, {"prompt": "the mat "}]
    if model.prompts:
        calls.append({"prompt_name": next(iter(model.prompts))})
    results = []
    for arguments in calls:
        activation = arguments.get("activation_fn")
        given = {**arguments, **({"activation_fn": getattr(torch.nn, activation)()} if activation else {})}
        results.append({"arguments": arguments, "scores": floats(model.predict(PAIRS, batch_size=1, **given))})
    encoded = model.tokenizer([pair[0] for pair in PAIRS], [pair[1] for pair in PAIRS], truncation="longest_first",
                              max_length=model.max_seq_length)
    ranking = model.rank("the cat", [pair[1] for pair in PAIRS]) if model.num_labels == 1 else None
    return {"name": name, "maxSeqLength": model.max_seq_length, "ids": encoded["input_ids"], "calls": results,
            "ranking": ranking}


if __name__ == "__main__":
    torch.set_num_threads(1)
    content = {"madeWith": versions(), "pooling": pooling(), "quantization": quantization(), "similarity": similarity(),
               "encode": encode(), "withoutPrompt": without_prompt(), "prompts": prompts(),
               "crossEncoders": cross_encoders()}
    (HERE / "outputs.json").write_text(json.dumps(content, ensure_ascii=True, indent=1) + "\n")
