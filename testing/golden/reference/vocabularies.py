"""Small tokenizers of the three kinds, with the special tokens of the models that use them."""

import string

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

WORDS = "the cat dog sat on mat and a saw ran".split()
CORPUS = ["the cat sat on the mat and the dog ran", "a dog saw the cat and the mat", "the mat sat on a dog"]

BERT = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
ROBERTA = {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"}
# MPNet keeps BERT's token for what is unknown; ALBERT's order puts padding before it, as BERT's does.
MPNET = {**ROBERTA, "unk": "[UNK]"}
ALBERT = {**BERT, "pad": "<pad>", "unk": "<unk>"}


def word_piece(specials=BERT, lowercase=True):
    letters = [*string.ascii_lowercase, *string.digits, *".,-"]
    pieces = [*specials.values(), *letters, *("##" + x for x in string.ascii_lowercase), *WORDS[:6], "##at", "##og"]
    tokenizer = Tokenizer(models.WordPiece(_numbered(pieces), unk_token=specials["unk"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return _finished(tokenizer, specials)


def byte_level_bpe(specials=ROBERTA, specials_last=False):
    """ModernBERT's special tokens have the last ids, RoBERTa's the first."""
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  special_tokens=[] if specials_last else list(specials.values()), show_progress=False)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens(list(specials.values()))
    return _finished(tokenizer, specials)


def unigram(specials=ROBERTA):
    """Scores by hand: a word is likelier than its letters."""
    space = "\u2581"
    pieces = [*((special, 0.0) for special in specials.values() if special != specials["mask"]),
              (space, -3.0), *((space + word, -4.0) for word in WORDS), *((word[1:], -6.0) for word in WORDS if len(word) > 2),
              *((letter, -8.0) for letter in string.ascii_lowercase + string.digits + ".,-"), (specials["mask"], 0.0)]
    pieces = list(dict(pieces).items())
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=[piece for piece, _ in pieces].index(specials["unk"])))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return _finished(tokenizer, specials)


def _numbered(pieces):
    return {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}


def _finished(tokenizer, specials):
    cls, sep = specials["cls"], specials["sep"]
    pair = f"{cls} $A {sep} {sep} $B {sep}" if cls == "<s>" else f"{cls} $A {sep} $B:1 {sep}:1"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}", pair=pair, special_tokens=[(name, tokenizer.token_to_id(name)) for name in (cls, sep)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **{f"{kind}_token": name for kind, name in specials.items()})


TOKENIZERS = {
    "wordpiece": word_piece,
    "wordpiece-mpnet": lambda: word_piece(MPNET),
    "wordpiece-cased": lambda: word_piece(lowercase=False),
    "bpe": byte_level_bpe,
    "bpe-modernbert": lambda: byte_level_bpe(BERT, specials_last=True),
    "unigram": unigram,
    "unigram-albert": lambda: unigram(ALBERT),
}
