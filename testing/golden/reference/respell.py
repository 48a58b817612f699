"""Older spellings of what transformers 5 saves."""

import torch


def gamma_and_beta(config, weights):
    """Checkpoints that came from TensorFlow."""
    def name(tensor):
        return tensor.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")

    return config, {name(key): tensor for key, tensor in weights.items()}


def sentence_transformers_2(config, weights):
    """The wrapper's own names, as some checkpoints of its first versions have them."""
    return config, {f"0.auto_model.{key}": tensor for key, tensor in weights.items()}


def modernbert_of_transformers_4(config, weights):
    config = dict(config)
    rope, types = config.pop("rope_parameters"), config.pop("layer_types")
    every = next((i for i in range(1, len(types)) if types[i] == "full_attention"), len(types))
    return {**config, "global_attn_every_n_layers": every, "global_rope_theta": rope["full_attention"]["rope_theta"],
            "local_rope_theta": rope["sliding_attention"]["rope_theta"]}, weights


NOMIC_FIELDS = {"hidden_size": "n_embd", "num_attention_heads": "n_head", "num_hidden_layers": "n_layer",
                "intermediate_size": "n_inner", "max_position_embeddings": "n_positions",
                "layer_norm_eps": "layer_norm_epsilon"}


def nomic_of_its_own_code(config, weights):
    """config.json of nomic-ai/nomic-bert-2048 and its fine-tunings before transformers knew them. The tensors keep the
    names of that code whenever transformers saves such a model (conversion_mapping.py)."""
    older = {NOMIC_FIELDS[key]: value for key, value in config.items() if key in NOMIC_FIELDS}
    names = ("model_type", "vocab_size", "type_vocab_size", "pad_token_id", "id2label")
    kept = {key: config[key] for key in names if key in config}
    gates = {"silu": "swiglu", "gelu": "geglu"}
    return {**kept, **older, "activation_function": gates[config["hidden_act"]], "causal": False, "prenorm": False,
            "parallel_block": False, "qkv_proj_bias": False, "mlp_fc1_bias": False, "mlp_fc2_bias": False,
            "rotary_emb_base": config["rope_parameters"]["rope_theta"], "rotary_emb_fraction": 1.0,
            "rotary_emb_interleaved": False, "rotary_emb_scale_base": None, "rotary_scaling_factor": None,
            "use_rms_norm": False}, weights


# conversion_mapping.py, "nomic_bert"
NOMIC_TENSORS = {"encoder.layers": "layers", "emb_ln": "embeddings.LayerNorm", "attn.out_proj": "self_attn.o_proj",
                 "fc11": "up_proj", "fc12": "gate_proj", "fc2": "down_proj", "norm1": "post_attention_layernorm",
                 "norm2": "post_mlp_layernorm"}


def nomic_of_transformers(config, weights):
    """The tensors as transformers' own class calls them."""
    renamed = {}
    for key, tensor in weights.items():
        for older, newer in NOMIC_TENSORS.items():
            key = key.replace(older, newer)
        if "attn.Wqkv" in key:
            names = ("q_proj", "k_proj", "v_proj")
            parts = zip(names, (part.contiguous() for part in torch.chunk(tensor, 3)))
            renamed |= {key.replace("attn.Wqkv", f"self_attn.{name}"): part for name, part in parts}
        else:
            renamed[key] = tensor
    return config, renamed
