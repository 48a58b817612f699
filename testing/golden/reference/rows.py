"""The golden models, one row each. Sizes that no two of are alike, and values that are not the defaults."""

from .respell import gamma_and_beta, modernbert_of_transformers_4, nomic_of_its_own_code, nomic_of_transformers, sentence_transformers_2
from .row import Row

# Width and depth of a family whose other settings are those of a published model: fp16 keeps 12 layers small.
NARROW = dict(hidden_size=24, num_attention_heads=12, intermediate_size=40, num_hidden_layers=12, max_position_embeddings=512)

ROWS = [
    Row("bert-masked-lm", "bert", dict(hidden_size=36, num_attention_heads=6, intermediate_size=52, num_hidden_layers=2,
        max_position_embeddings=47, type_vocab_size=3, hidden_act="gelu_new", layer_norm_eps=1e-5),
        "wordpiece", pooling="weightedmean", saved_from="masked-lm", respell=gamma_and_beta),
    Row("bert-classifier", "bert", dict(hidden_size=40, num_attention_heads=5, intermediate_size=56, num_hidden_layers=2,
        max_position_embeddings=44, hidden_act="relu", layer_norm_eps=1e-6), "wordpiece-cased", pooling="max", labels=1),
    Row("roberta", "roberta", dict(hidden_size=30, num_attention_heads=3, intermediate_size=44, num_hidden_layers=3,
        max_position_embeddings=46, type_vocab_size=1, layer_norm_eps=1e-5), "bpe", dtype="float16"),
    Row("xlm-roberta", "xlm-roberta", dict(hidden_size=32, num_attention_heads=4, intermediate_size=50, num_hidden_layers=3,
        max_position_embeddings=52, type_vocab_size=2, layer_norm_eps=1e-5), "unigram", pooling="cls", normalize=True,
        dtype="bfloat16", shards=3),
    Row("camembert", "camembert", dict(hidden_size=28, num_attention_heads=2, intermediate_size=60, num_hidden_layers=2,
        max_position_embeddings=45, type_vocab_size=1, layer_norm_eps=1e-5), "unigram", pooling="mean_sqrt_len_tokens"),
    Row("mpnet", "mpnet", dict(hidden_size=36, num_attention_heads=4, intermediate_size=58, num_hidden_layers=3,
        max_position_embeddings=204, layer_norm_eps=1e-5), "wordpiece-mpnet", normalize=True, max_length=190,
        dtype="float16"),
    Row("distilbert", "distilbert", dict(dim=32, n_heads=2, hidden_dim=70, n_layers=4, max_position_embeddings=42,
        sinusoidal_pos_embds=True), "wordpiece", dtype="float16"),
    Row("electra", "electra", dict(embedding_size=20, hidden_size=36, num_attention_heads=3, intermediate_size=48,
        num_hidden_layers=3, max_position_embeddings=48, layer_norm_eps=1e-5), "wordpiece", pooling="cls", dtype="bfloat16"),
    Row("albert", "albert", dict(embedding_size=22, hidden_size=40, num_attention_heads=8, intermediate_size=66,
        num_hidden_layers=6, num_hidden_groups=2, inner_group_num=2, max_position_embeddings=43), "unigram-albert",
        pooling="lasttoken", dtype="bfloat16", omit=("hidden_act", "layer_norm_eps", "type_vocab_size")),
    Row("modernbert", "modernbert", dict(hidden_size=36, num_attention_heads=3, intermediate_size=50, num_hidden_layers=5,
        max_position_embeddings=160, local_attention=12, norm_eps=1e-6, classifier_pooling="mean"), "bpe-modernbert",
        max_length=150, dtype="float16"),
    Row("modernbert-biased", "modernbert", dict(hidden_size=40, num_attention_heads=2, intermediate_size=46,
        num_hidden_layers=3, max_position_embeddings=64, local_attention=7, norm_bias=True, attention_bias=True,
        mlp_bias=True, classifier_bias=True, classifier_activation="silu", hidden_activation="gelu_pytorch_tanh",
        global_attn_every_n_layers=2), "bpe-modernbert", pooling="cls", dtype="float16",
        respell=modernbert_of_transformers_4),
    Row("nomic-bert", "nomic_bert", dict(hidden_size=32, num_attention_heads=4, intermediate_size=54, num_hidden_layers=3,
        max_position_embeddings=50, layer_norm_eps=1e-6), "wordpiece", dtype="bfloat16", respell=nomic_of_transformers),
    Row("nomic-bert-remote-code", "nomic_bert", dict(hidden_size=36, num_attention_heads=2, intermediate_size=50,
        num_hidden_layers=2, max_position_embeddings=150, layer_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 700.0}), "wordpiece", normalize=True, max_length=140,
        respell=nomic_of_its_own_code),

    # The settings of the published models of docs/models.md, with random weights at a small width.
    Row("like-all-MiniLM-L6-v2", "bert", {**NARROW, "num_hidden_layers": 6}, "wordpiece", normalize=True, max_length=256,
        saved_from="encoder"),
    Row("like-bge-base-en-v1.5", "bert", NARROW, "wordpiece", pooling="cls", normalize=True, max_length=512,
        saved_from="encoder", dtype="float16"),
    Row("like-gte-base", "bert", NARROW, "wordpiece", normalize=True, max_length=512, saved_from="encoder", dtype="float16"),
    Row("like-pubmedbert-base-embeddings", "bert", NARROW, "wordpiece", max_length=512, saved_from="encoder", dtype="float16"),
    Row("like-S-PubMedBert-MS-MARCO", "bert", NARROW, "wordpiece", max_length=350, saved_from="encoder", dtype="float16",
        respell=sentence_transformers_2),
]
