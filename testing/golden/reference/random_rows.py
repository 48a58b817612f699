"""Rows of random sizes: folders that nobody has seen."""

from .respell import gamma_and_beta, modernbert_of_transformers_4, nomic_of_its_own_code, nomic_of_transformers
from .row import Row

MODELS_EACH = 5


def random_rows(random):
    for architecture, make in MAKERS.items():
        for number in range(1, MODELS_EACH + 1):
            config, options = make(random)
            yield Row(f"{architecture}-{number}", architecture, config, **{**common(random), **options})


def common(random):
    return dict(
        pooling=random.choice(["mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]),
        normalize=random.random() < 0.5,
        max_length=random.randint(20, 60),
        saved_from=random.choice(["classifier", "classifier", "encoder"]),
        labels=random.randint(1, 5),
        dtype=random.choice(["float32", "float16", "bfloat16"]),
        shards=random.choice([1, 1, 2]),
    )


def transformer(random):
    heads = random.randint(1, 12)
    return dict(
        hidden_size=heads * 2 * random.randint(1, 12),
        num_attention_heads=heads,
        intermediate_size=random.randint(10, 200),
        num_hidden_layers=random.randint(1, 9),
        hidden_act=random.choice(["gelu", "gelu_new", "relu", "silu", "gelu_pytorch_tanh", "quick_gelu", "mish"]),
        max_position_embeddings=random.randint(70, 300),
        layer_norm_eps=random.choice([1e-5, 1e-6, 1e-12]),
    )


def bert(random):
    return transformer(random) | {"type_vocab_size": random.randint(1, 4)}, dict(
        tokenizer=random.choice(["wordpiece", "wordpiece-cased"]), respell=random.choice([None, gamma_and_beta]))


def roberta(random):
    return transformer(random) | {"type_vocab_size": random.randint(1, 2)}, dict(tokenizer=random.choice(["bpe", "unigram"]))


def mpnet(random):
    return transformer(random) | {"relative_attention_num_buckets": random.randint(32, 40)}, dict(tokenizer="wordpiece-mpnet")


def distilbert(random):
    names = {"hidden_size": "dim", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers",
             "intermediate_size": "hidden_dim", "hidden_act": "activation"}
    fields = transformer(random)
    del fields["layer_norm_eps"]
    return {names.get(key, key): value for key, value in fields.items()}, dict(tokenizer="wordpiece")


def electra(random):
    fields = transformer(random)
    return fields | {"embedding_size": random.choice([fields["hidden_size"], random.randint(4, 60)])}, dict(tokenizer="wordpiece")


def albert(random):
    fields = transformer(random)
    groups = random.randint(1, fields["num_hidden_layers"])
    return fields | {"embedding_size": random.randint(4, 60), "num_hidden_groups": groups,
                     "inner_group_num": random.randint(1, 3)}, dict(tokenizer="unigram-albert")


def modernbert(random):
    fields = transformer(random)
    fields["hidden_activation"] = fields.pop("hidden_act")
    fields["norm_eps"] = fields.pop("layer_norm_eps")
    flags = ("norm_bias", "attention_bias", "mlp_bias", "classifier_bias")
    return fields | {flag: random.random() < 0.5 for flag in flags} | {
        "local_attention": random.randint(2, 40), "global_attn_every_n_layers": random.randint(1, 4),
        "classifier_pooling": random.choice(["cls", "mean"])}, dict(
        tokenizer="bpe-modernbert", respell=random.choice([None, modernbert_of_transformers_4]))


def nomic_bert(random):
    fields = transformer(random) | {"hidden_act": random.choice(["silu", "gelu"]), "rope_parameters": {
        "rope_type": "default", "rope_theta": random.choice([1000.0, 10000.0, 500.0])}}
    return fields, dict(tokenizer="wordpiece", respell=random.choice([None, nomic_of_its_own_code, nomic_of_transformers]))


MAKERS = {"bert": bert, "roberta": roberta, "xlm-roberta": roberta, "camembert": roberta, "mpnet": mpnet,
          "distilbert": distilbert, "electra": electra, "albert": albert, "modernbert": modernbert,
          "nomic_bert": nomic_bert}
