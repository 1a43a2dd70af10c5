"""Writes weights and vocabulary as GGUF, 16-bit matrices, with the chat template that the training used."""

import gguf
import numpy as np

from network import EPSILON, ROPE_BASE, SHAPE
from tokenizer import BOS, CONTROL, EOS

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def write_gguf(path, weights, tokenizer):
    out = gguf.GGUFWriter(str(path), "llama")
    out.add_name("l7-tiny")
    out.add_description("Proves the path. Knows nothing.")
    out.add_license("Apache-2.0")
    out.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    out.add_context_length(SHAPE["context"])
    out.add_embedding_length(SHAPE["width"])
    out.add_block_count(SHAPE["layers"])
    out.add_feed_forward_length(SHAPE["inner"])
    out.add_head_count(SHAPE["heads"])
    out.add_head_count_kv(SHAPE["heads"])
    out.add_layer_norm_rms_eps(EPSILON)
    out.add_rope_dimension_count(SHAPE["width"] // SHAPE["heads"])
    out.add_rope_freq_base(ROPE_BASE)
    out.add_vocab_size(len(tokenizer.tokens))
    out.add_tokenizer_model("llama")
    out.add_token_list(tokenizer.tokens)
    out.add_token_scores(tokenizer.scores)
    out.add_token_types([kind(number, tokenizer) for number in range(len(tokenizer.tokens))])
    out.add_bos_token_id(BOS)
    out.add_eos_token_id(EOS)
    out.add_unk_token_id(0)
    out.add_add_bos_token(False)
    out.add_add_space_prefix(False)
    out.add_chat_template(TEMPLATE)
    for name, value in weights.items():
        array = np.asarray(value, np.float32)
        out.add_tensor(f"{name}.weight", array if array.ndim == 1 else array.astype(np.float16))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def kind(number, tokenizer):
    if number == 0:
        return gguf.TokenType.UNKNOWN
    if number < len(CONTROL):
        return gguf.TokenType.CONTROL
    return gguf.TokenType.BYTE if number < tokenizer.first_piece else gguf.TokenType.NORMAL
