"""tiny-bert/: a small BERT with random weights, as sentence-transformers saves it; tiny-bert.json: its token ids, hidden
states, sentence vectors, and every pooling mode."""

import shutil
import tempfile

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from .files import HERE, floats, token_ids, write_json

TINY_TEXTS = ["", "a", "the cat sat on the mat", "unknown é 🙂 words", "abc " * 100, "the dog", "0 1 2 3 4 5 6 7 8 9 - , ."]


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


def write():
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
    write_json(HERE / "tiny-bert.json", {
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
