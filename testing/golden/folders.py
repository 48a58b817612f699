"""Writes testing/golden/folders: small models with random weights, one for each way in which a sentence-transformers
model folder can be laid out, and beside each folder the vectors that sentence-transformers computes from it.

    python testing/golden/folders.py        (the environment of setup.sh, and: pip install onnx onnxscript)

<name>/       a model folder
<name>.json   vectors of encode, encode_query, encode_document, and of truncated and normalized ones
activations.json   every activation that a Dense step can have, by torch

Arrays of floats are base64 of little-endian float32.
"""

import base64
import json
import shutil
import tempfile
from pathlib import Path

import numpy
import onnx
import sentence_transformers
import torch
import transformers
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense
from sentence_transformers.sentence_transformer.modules import Dropout, LayerNorm, Normalize, Pooling, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

HERE = Path(__file__).resolve().parent / "folders"
HIDDEN = 16
TEXTS = ["", "a", "the cat sat on the mat", "unknown é 🙂 WORDS", "the dog - 0 1 2, the cat.", "abc " * 40]
LONG_TEXTS = [*TEXTS, "cat dog " * 120, "the mat " * 170, "dog on the cat " * 200]
PROMPTS = {"query": "the query: ", "document": "a mat ", "empty": ""}
OLD_NAMES = "sentence_transformers.models."


def floats(array):
    data = numpy.ascontiguousarray(array.detach().numpy() if torch.is_tensor(array) else array, dtype="<f4")
    return {"dims": list(data.shape), "base64": base64.b64encode(data.tobytes()).decode("ascii")}


def write_json(path, content):
    path.write_text(json.dumps(content, ensure_ascii=True, indent=1) + "\n")


def versions():
    return {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
            "sentence-transformers": sentence_transformers.__version__}


def tokenizer(model_max_length):
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = "the cat dog sat on mat query ##at ##og ##he".split()
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + x for x in letters), *"0123456789.,:-", *words]
    backend = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=False)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                                   sep_token="[SEP]", mask_token="[MASK]", model_max_length=model_max_length), len(pieces)


def randomize(module):
    """Biases and norms too: a forgotten one must show."""
    for parameter in module.parameters():
        parameter.data.add_(torch.randn_like(parameter) * 0.1)
    return module.eval()


def encoder(folder, dtype=torch.float32, model_max_length=32, **config):
    """A small BERT, as transformers saves it."""
    tokens, vocabulary = tokenizer(model_max_length)
    sizes = dict(hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
                 max_position_embeddings=36, type_vocab_size=2, initializer_range=0.4)
    bert = BertModel(BertConfig(vocab_size=vocabulary, **{**sizes, **config}), add_pooling_layer=False)
    randomize(bert).to(dtype).save_pretrained(folder)
    tokens.save_pretrained(folder)


def save(name, *steps, transformer=None, **settings):
    """A sentence-transformers folder; `transformer` makes another encoder than the usual one."""
    with tempfile.TemporaryDirectory() as plain:
        (transformer or encoder)(plain)
        model = SentenceTransformer(modules=[Transformer(plain), *steps], device="cpu", **settings)
        model.save(fresh(name), create_model_card=False)
    return HERE / name


def fresh(name):
    shutil.rmtree(HERE / name, ignore_errors=True)
    return str(HERE / name)


def golden(name, reference=None, texts=TEXTS, dim=5):
    """What sentence-transformers computes, in float32 and one text at a time: padding then cannot matter."""
    model = SentenceTransformer(str(reference or HERE / name), device="cpu", model_kwargs={"dtype": torch.float32})
    prompt = {"prompt": "the cat: "}
    encode = lambda method, **options: floats(method(texts, batch_size=1, **options))
    write_json(HERE / f"{name}.json", {
        "madeWith": versions(), "texts": texts, "maxSeqLength": model.max_seq_length, "dim": dim,
        "encode": encode(model.encode), "query": encode(model.encode_query), "document": encode(model.encode_document),
        "prompt": {**prompt, **encode(model.encode, **prompt)},
        "truncated": encode(model.encode, truncate_dim=dim),
        "truncatedAndNormalized": encode(model.encode, truncate_dim=dim, normalize_embeddings=True),
    })


def edit(path, change):
    content = json.loads(path.read_text())
    write_json(path, change(content) or content)


def old_type_names(folder):
    edit(folder / "modules.json", lambda modules: [
        {**module, "type": OLD_NAMES + module["type"].split(".")[-1]} for module in modules])


def dense(*arguments, **options):
    return randomize(Dense(*arguments, **options))


def dense_tanh_normalize():
    save("dense-tanh-normalize", Pooling(HIDDEN, "mean"), dense(HIDDEN, 10), Normalize(), prompts=PROMPTS)
    golden("dense-tanh-normalize")


def dense_residual():
    save("dense-residual", Pooling(HIDDEN, "mean"),
         dense(HIDDEN, HIDDEN, activation_function=torch.nn.GELU(), use_residual=True),
         dense(HIDDEN, 6, bias=False, activation_function=None, use_residual=True))
    golden("dense-residual")


def two_dense():
    folder = save("two-dense-old-names", Pooling(HIDDEN, "cls"), dense(HIDDEN, 24, activation_function=torch.nn.ReLU()),
                  Dropout(0.3), dense(24, 8, bias=False, activation_function=torch.nn.Sigmoid()), Normalize())
    old_type_names(folder)
    golden("two-dense-old-names")


def joined_poolings():
    folder = save("joined-poolings", Pooling(HIDDEN, Pooling.POOLING_MODES))
    write_json(folder / "1_Pooling" / "config.json", {
        "word_embedding_dimension": HIDDEN, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": True, "pooling_mode_mean_sqrt_len_tokens": True,
        "pooling_mode_weightedmean_tokens": True, "pooling_mode_lasttoken": True})
    golden("joined-poolings")


def without_prompt():
    modes = ("mean", "weightedmean", "cls", "max", "lasttoken", "mean_sqrt_len_tokens")
    save("without-prompt", Pooling(HIDDEN, modes, include_prompt=False), Normalize(), prompts=PROMPTS)
    golden("without-prompt")


def default_prompt():
    save("default-prompt", Pooling(HIDDEN, "mean"), Normalize(), prompts=PROMPTS, default_prompt_name="document",
         truncate_dim=9, similarity_fn_name="dot")
    golden("default-prompt")


def bf16_sharded():
    folder = save("bf16-sharded", Pooling(HIDDEN, "mean"), Normalize(),
                  transformer=lambda plain: encoder(plain, dtype=torch.bfloat16))
    weights = load_file(folder / "model.safetensors")
    names = sorted(weights)
    shards = [names[index::3] for index in range(3)]
    files = [f"model-{index + 1:05d}-of-00003.safetensors" for index in range(3)]
    for file, shard in zip(files, shards):
        save_file({name: weights[name] for name in shard}, folder / file, metadata={"format": "pt"})
    write_json(folder / "model.safetensors.index.json", {
        "metadata": {}, "weight_map": {name: file for file, shard in zip(files, shards) for name in shard}})
    (folder / "model.safetensors").unlink()
    golden("bf16-sharded")


def plain():
    encoder(fresh("plain"), model_max_length=20)
    golden("plain")


def old_layout():
    """As sentence-transformers 0 and 1 saved models: the encoder in a folder of its own, the limit in a file named after it."""
    folder = save("old-layout", Pooling(HIDDEN, "mean"), Normalize())
    old_type_names(folder)
    inner = folder / "0_Transformer"
    inner.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).rename(inner / name)
    (folder / "sentence_bert_config.json").unlink()
    (folder / "config_sentence_transformers.json").unlink()
    write_json(inner / "sentence_roberta_config.json", {"max_seq_length": 14, "do_lower_case": True})
    edit(folder / "modules.json", lambda modules: [{**modules[0], "path": "0_Transformer"}, *modules[1:]])
    edit(folder / "1_Pooling" / "config.json", lambda _: {
        "word_embedding_dimension": HIDDEN, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False})
    shutil.rmtree(folder / "2_Normalize")  # it is empty there: git does not keep it
    golden("old-layout")


def layer_norm():
    save("layer-norm", Pooling(HIDDEN, "mean"), randomize(LayerNorm(HIDDEN)), Dropout(0.1))
    golden("layer-norm")


def dense_on_tokens():
    tokens = {"module_input_name": "token_embeddings"}
    save("dense-on-tokens", dense(HIDDEN, 12, activation_function=torch.nn.SiLU(), **tokens), Normalize(**tokens),
         Pooling(12, ("mean", "max")))
    golden("dense-on-tokens")


class HiddenStates(torch.nn.Module):
    """The encoder as transformers' exporters give it: named inputs in, hidden states out."""

    def __init__(self, folder):
        super().__init__()
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        return self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


def onnx_only(name, file, *, inputs, external):
    """The exported encoder in place of the weights; the reference are the weights that it was exported from."""
    folder = save(name, Pooling(HIDDEN, "mean"), dense(HIDDEN, 10), Normalize(), prompts=PROMPTS)
    with tempfile.TemporaryDirectory() as original:
        shutil.copytree(folder, original, dirs_exist_ok=True)
        example = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]])
        arguments = {"input_ids": example, "attention_mask": (example != 0).long(), "token_type_ids": example * 0}
        sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")}
        (folder / file).parent.mkdir(exist_ok=True)
        torch.onnx.export(
            HiddenStates(original).eval(), (), str(folder / file), kwargs={name: arguments[name] for name in inputs},
            input_names=list(inputs), output_names=["last_hidden_state"], dynamo=True, external_data=external,
            dynamic_shapes={name: sizes for name in inputs}, verbose=False)
        (folder / "model.safetensors").unlink()
        without_traces(folder / file)
        golden(name, reference=original)


def without_traces(file):
    """Drops the stack traces of the exporter: most of the file, and paths of the machine that it ran on."""
    model = onnx.load(str(file), load_external_data=False)
    parts = [model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info]
    for part in parts:
        for field in ("doc_string", "metadata_props"):
            part.ClearField(field)
    model.graph.ClearField("value_info")
    onnx.save_model(model, str(file))


def limit_of_350():
    """S-PubMedBert-MS-MARCO's files: fewer tokens than the positions and the tokenizer allow, by the old names."""
    folder = save("limit-of-350", Pooling(HIDDEN, "mean"),
                  transformer=lambda plain: encoder(plain, max_position_embeddings=512, model_max_length=512))
    old_type_names(folder)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 350, "do_lower_case": False})
    golden("limit-of-350", texts=LONG_TEXTS)


ACTIVATIONS = ["Identity", "Tanh", "ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Mish", "Sigmoid",
               "Softplus", "Softsign", "Hardsigmoid", "Hardswish", "Hardtanh"]


def activations():
    values = torch.cat([torch.linspace(-12, 12, 97), torch.tensor([-1e4, -50, -3, -1, -0.0, 0, 1, 3, 25, 50, 1e4])])
    write_json(HERE / "activations.json", {
        "madeWith": versions(), "input": floats(values),
        "outputs": {name: floats(getattr(torch.nn, name)()(values)) for name in ACTIVATIONS}})


if __name__ == "__main__":
    torch.set_num_threads(1)
    HERE.mkdir(exist_ok=True)
    for seed, make in enumerate([dense_tanh_normalize, dense_residual, two_dense, joined_poolings, without_prompt,
                                 default_prompt, bf16_sharded, plain, old_layout, layer_norm, dense_on_tokens,
                                 limit_of_350, activations]):
        torch.manual_seed(seed)
        make()
    torch.manual_seed(99)
    onnx_only("onnx-external-data", "onnx/model.onnx", inputs=("input_ids", "attention_mask", "token_type_ids"), external=True)
    onnx_only("onnx-one-file", "model.onnx", inputs=("input_ids", "attention_mask"), external=False)
