"""Writes small tokenizers of every kind that models use, and what the reference makes of nasty texts with them.

    python testing/golden/tokenizers/generate.py      (in the environment of testing/golden/setup.sh)

*.json          the tokenizers, trained on the demo collection with `tokenizers`
expected.json   ids, type ids and spans (UTF-16) of every text and pair with each of them, by Python's `tokenizers`
folders/*       model folders without tokenizer.json, and folders whose tokenizer_config.json contradicts it
folders.json    ids that transformers' AutoTokenizer gives for each folder
"""

import json
import shutil
from pathlib import Path

import tokenizers
import transformers
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)
from transformers import AutoTokenizer

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[2] / "examples" / "demo-collection" / "passages.jsonl"
CORPUS = [json.loads(line)["text"] for line in DEMO.read_text().splitlines()]
FOLDERS = HERE / "folders"

TEXTS = [
    "", " ", "a", ".", "Hello world", "  leading and   many    spaces  ", "tab\tnew\nline\r\nend\n\n",
    "IL-6 (≥ 5 pg/mL) rose 2.5-fold; p<0.001, 95% CI: 1.2–3.4.", "https://example.org/a?b=c&d=%20#e x@y.z C:\\temp\\x",
    "don't can't it's we're I'm he'd they'll ``quoted'' “curly” ‘single’", "1234567890 ½ ² ³ ① ⅷ ٣ 12345678",
    "cafe\u0301 Zoë naïve A\u030angstro\u0308m \u1e9b\u0323 \u0301start", "ΑΣ ΣΑΣ ὈΔΥΣΣΕΎΣ İstanbul ǅ ﬁ ﬀ Å ẞ",
    "糖尿病は血糖値が高くなる病気です。当前的治疗方法有哪些？", "\U00020000\U00020001 中\U0002a6df", "당뇨병의 증상은 무엇입니까?",
    "👩‍⚕️ prescribed 💊💊 — 🇩🇪 👍🏽", "ما هي أعراض مرض السكري؟ מהם התסמינים", "हिन्दी में मधुमेह के लक्षण क्या हैं? ไทย",
    "\u0000nul\u0001\ufffd \u0085next\u000bvt\u000cff\u001cfs\u007fdel", "soft\u00adhyphen \u202eright-to-left\u202c \u2028ls",
    "non\u00a0breaking\u2003em\u3000ideographic\u200bzero\u200dwidth\ufeffbom\u180e", "x" * 99 + " " + "y" * 100 + " " + "z" * 101,
    "[CLS] literal [SEP] special [MASK] tokens [PAD] [UNK] [cls] [ mask ]", "<s> a </s> b <mask> c<mask>d <pad><unk> <MASK>",
    "word " * 60, "a.b,c;d:e!f?g(h)i[j]k{l}m" * 12, "漢" * 300, "tok[E1] [E1]x [e1] a[R]  b [L]  c  [L]d WHOLEword whole whole. İ whole",
]
PAIRS = [[TEXTS[4], TEXTS[7]], ["", "b"], ["a", ""], ["", ""], [TEXTS[11], TEXTS[16]], [TEXTS[25], "short"], ["short", TEXTS[25]]]

BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def bert_template(tokenizer):
    return processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")])


def word_piece(lowercase, **options):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase, **options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(CORPUS + TEXTS, trainers.WordPieceTrainer(
        vocab_size=900, special_tokens=BERT_SPECIALS, limit_alphabet=200, show_progress=False))
    tokenizer.post_processor = bert_template(tokenizer)
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def byte_level(add_prefix_space, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.train_from_iterator(CORPUS + TEXTS, trainers.BpeTrainer(
        vocab_size=700, special_tokens=[*ROBERTA_SPECIALS[:4], AddedToken("<mask>", lstrip=True)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=add_prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def unigram(normalizer, pre_tokenizer):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(CORPUS + TEXTS, trainers.UnigramTrainer(
        vocab_size=700, special_tokens=[*ROBERTA_SPECIALS[:4], AddedToken("<mask>", lstrip=True)], unk_token="<unk>",
        show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def added_tokens():
    tokenizer = word_piece(True)
    tokenizer.add_tokens([AddedToken("[E1]", normalized=False), AddedToken("whole", single_word=True, normalized=True),
                          AddedToken("[R]", rstrip=True, normalized=False), AddedToken("[L]", lstrip=True, normalized=False)])
    return tokenizer


def make():
    metaspace = pre_tokenizers.Metaspace(prepend_scheme="always")
    nfkc = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    albert = normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
                                   normalizers.StripAccents(), normalizers.Lowercase()])
    modern = byte_level(False, normalizers.NFC())
    modern.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return {
        "word-piece-uncased": word_piece(True),
        "word-piece-cased": word_piece(False, strip_accents=False),
        "word-piece-accents": word_piece(True, strip_accents=False, handle_chinese_chars=False),
        "word-piece-added-tokens": added_tokens(),
        "byte-level": byte_level(False),
        "byte-level-prefix-space": byte_level(True),
        "byte-level-nfc": modern,
        "unigram": unigram(nfkc, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])),
        "unigram-metaspace": unigram(albert, metaspace),
    }


def utf16(text, offsets):
    positions = [0]
    for character in text:
        positions.append(positions[-1] + (2 if ord(character) > 0xffff else 1))
    return [[positions[start], positions[end]] for start, end in offsets]


def expected(tokenizer):
    texts = []
    for text in TEXTS:
        encoding = tokenizer.encode(text)
        bare = tokenizer.encode(text, add_special_tokens=False)
        texts.append({"ids": encoding.ids, "spans": utf16(text, bare.offsets)})
    pairs = []
    for first, second in PAIRS:
        for strategy in ("longest_first", "only_first", "only_second"):
            for max_length in (8, 9, 14):
                for side in ("right", "left"):
                    tokenizer.enable_truncation(max_length, strategy=strategy, direction=side)
                    try:
                        encoding = tokenizer.encode(first, second)
                        result = {"ids": encoding.ids, "typeIds": encoding.type_ids}
                    except Exception:
                        result = None
                    pairs.append({"pair": [first, second], "strategy": strategy, "maxLength": max_length, "side": side,
                                  "result": result})
        tokenizer.no_truncation()
    return {"texts": texts, "pairs": pairs}


FOLDER_TEXTS = [TEXTS[4], TEXTS[5], TEXTS[7], TEXTS[9], TEXTS[11], TEXTS[12], TEXTS[13], TEXTS[16], TEXTS[23], TEXTS[24],
                TEXTS[28], "new[X]token NEW[x] <extra>s <Extra> old[E1]", "x" * 101]


def save_vocabulary(folder, tokenizer):
    """vocab.txt, or vocab.json and merges.txt."""
    tokenizer.model.save(str(folder))


def folder(made, name, files, *, vocabulary=None, tokenizer=None):
    path = FOLDERS / name
    path.mkdir(parents=True)
    if vocabulary is not None:
        save_vocabulary(path, made[vocabulary])
    if tokenizer is not None:
        content = json.loads(made[tokenizer].to_str())
        for key, value in files.pop("change", {}).items():
            content[key] = value
        write(path / "tokenizer.json", content)
    for file, content in files.items():
        write(path / f"{file}.json", content)


def make_folders(made):
    shutil.rmtree(FOLDERS, ignore_errors=True)
    bert, roberta = {"model_type": "bert"}, {"model_type": "roberta"}
    mask = {"content": "<mask>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False}
    decoder = {str(i): {"content": token, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False,
                        "special": True} for i, token in enumerate(BERT_SPECIALS)}
    make = lambda *args, **options: folder(made, *args, **options)
    # Vocabulary files alone.
    make("bert-vocabulary", {"config": bert}, vocabulary="word-piece-uncased")
    make("bert-vocabulary-cased", {"config": bert, "tokenizer_config": {
        "tokenizer_class": "BertTokenizer", "do_lower_case": False, "tokenize_chinese_chars": False,
        "strip_accents": True, "model_max_length": 77, "truncation_side": "left", "padding_side": "left"}},
        vocabulary="word-piece-cased")
    make("bert-vocabulary-legacy", {"config": {"model_type": "electra"}, "added_tokens": {"new[X]token": 905, "<extra>": 906},
        "special_tokens_map": {"cls_token": "<extra>", "sep_token": "[SEP]", "unk_token": "[UNK]", "pad_token": "[PAD]",
                               "mask_token": {**mask, "content": "[MASK]"}, "additional_special_tokens": ["[E1]"]}},
        vocabulary="word-piece-uncased")
    make("mpnet-vocabulary", {"config": {"model_type": "mpnet"}}, vocabulary="word-piece-uncased")
    make("roberta-vocabulary", {"config": roberta}, vocabulary="byte-level")
    make("roberta-vocabulary-prefix-space", {"config": roberta,
        "tokenizer_config": {"add_prefix_space": True, "tokenizer_class": "RobertaTokenizerFast", "trim_offsets": False},
        "special_tokens_map": {"mask_token": mask, "bos_token": "<s>", "pad_token": "<pad>"}}, vocabulary="byte-level-prefix-space")
    # tokenizer.json and a tokenizer_config.json that says something else.
    make("cased-by-configuration", {"config": bert, "tokenizer_config": {
        "tokenizer_class": "BertTokenizer", "do_lower_case": False}}, tokenizer="word-piece-uncased")
    make("lower-case-by-default", {"config": bert}, tokenizer="word-piece-cased")
    make("general-class-keeps-file", {"config": bert, "tokenizer_config": {
        "tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": False, "clean_up_tokenization_spaces": True}},
        tokenizer="word-piece-uncased")
    make("added-tokens-by-configuration", {"config": bert, "tokenizer_config": {
        "tokenizer_class": "BertTokenizer", "added_tokens_decoder": {**decoder, "900": {**decoder["0"], "content": "new[X]token"}},
        "extra_special_tokens": ["<extra>"]}}, tokenizer="word-piece-added-tokens")
    make("added-tokens-to-general-class", {"config": {"model_type": "modernbert"}, "tokenizer_config": {
        "tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[NEWPAD]",
        "added_tokens_decoder": {**decoder, "907": {**decoder["0"], "content": "new[X]token"}},
        "extra_special_tokens": ["<extra>"]}}, tokenizer="word-piece-added-tokens")
    make("sides-by-tokenizer-json", {"config": bert, "change": {
        "truncation": {"direction": "Left", "max_length": 20, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": "BatchLongest", "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0,
                    "pad_type_id": 0, "pad_token": "[PAD]"}}}, tokenizer="word-piece-uncased")
    make("prefix-space-by-configuration", {"config": roberta, "tokenizer_config": {
        "tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}}, tokenizer="byte-level")
    make("xlm-roberta-class", {"config": {"model_type": "xlm-roberta"}, "tokenizer_config": {
        "tokenizer_class": "XLMRobertaTokenizerFast"}}, tokenizer="unigram")
    make("camembert-class", {"config": {"model_type": "camembert"}}, tokenizer="unigram")
    make("mpnet-class", {"config": {"model_type": "mpnet"}, "tokenizer_config": {"do_lower_case": False}},
         tokenizer="word-piece-accents")


def expected_folder(path):
    tokenizer = AutoTokenizer.from_pretrained(str(path), local_files_only=True)
    limit = tokenizer.model_max_length
    return {
        "ids": [tokenizer(text)["input_ids"] for text in FOLDER_TEXTS],
        "pair": tokenizer("a b", "c")["input_ids"],
        "truncationSide": tokenizer.truncation_side, "paddingSide": tokenizer.padding_side,
        "modelMaxLength": limit if limit < 1e9 else None,
    }


def write(path, content):
    path.write_text(json.dumps(content, ensure_ascii=True, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    versions = {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__}
    made = make()
    for name, tokenizer in made.items():
        write(HERE / f"{name}.json", json.loads(tokenizer.to_str()))
    make_folders(made)
    write(HERE / "folders.json", {"madeWith": versions, "texts": FOLDER_TEXTS,
                                  "folders": {path.name: expected_folder(path) for path in sorted(FOLDERS.iterdir())}})
    write(HERE / "expected.json", {"madeWith": versions, "texts": TEXTS,
                                   "tokenizers": {name: expected(tokenizer) for name, tokenizer in made.items()}})
