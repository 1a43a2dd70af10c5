"""A llama network in JAX: RMS norms, rotary positions on neighbouring pairs, SwiGLU, embeddings used twice."""

import jax
import jax.numpy as jnp

SHAPE = {"vocabulary": 1024, "width": 160, "layers": 4, "heads": 5, "inner": 416, "context": 1024}
EPSILON = 1e-5
ROPE_BASE = 10000.0


def parameters(key):
    width, inner = SHAPE["width"], SHAPE["inner"]
    sizes = {
        "attn_q": (width, width), "attn_k": (width, width), "attn_v": (width, width), "attn_output": (width, width),
        "ffn_gate": (inner, width), "ffn_up": (inner, width), "ffn_down": (width, inner),
    }
    found = {"token_embd": 0.02 * jax.random.normal(key, (SHAPE["vocabulary"], width)), "output_norm": jnp.ones(width)}
    for layer in range(SHAPE["layers"]):
        for number, (name, size) in enumerate(sizes.items()):
            scale = 0.02 / (2 * SHAPE["layers"]) ** 0.5 if name in ("attn_output", "ffn_down") else 0.05
            place = jax.random.fold_in(key, 100 * (layer + 1) + number)
            found[f"blk.{layer}.{name}"] = scale * jax.random.normal(place, size)
        found[f"blk.{layer}.attn_norm"] = jnp.ones(width)
        found[f"blk.{layer}.ffn_norm"] = jnp.ones(width)
    return found


def norm(x, weight):
    return x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + EPSILON) * weight


def rotate(x):
    """x: batch, time, heads, size; pairs (0, 1), (2, 3) … turn by the position, as the runtime does for this kind."""
    size = x.shape[-1]
    angle = jnp.arange(x.shape[1])[:, None] * ROPE_BASE ** (-jnp.arange(0, size, 2) / size)
    sin, cos = jnp.sin(angle)[None, :, None], jnp.cos(angle)[None, :, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    return jnp.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x.shape)


def logits(weights, tokens):
    batch, time = tokens.shape
    size = SHAPE["width"] // SHAPE["heads"]
    x = weights["token_embd"][tokens]
    mask = jnp.tril(jnp.ones((time, time), bool))
    for layer in range(SHAPE["layers"]):
        own = {name.split(".")[2]: value for name, value in weights.items() if name.startswith(f"blk.{layer}.")}
        h = norm(x, own["attn_norm"])
        q, k, v = ((h @ own[f"attn_{name}"].T).reshape(batch, time, SHAPE["heads"], size) for name in "qkv")
        scores = jnp.einsum("bthd,bshd->bhts", rotate(q), rotate(k)) / size**0.5
        seen = jax.nn.softmax(jnp.where(mask, scores, -1e9), -1)
        x = x + jnp.einsum("bhts,bshd->bthd", seen, v).reshape(batch, time, -1) @ own["attn_output"].T
        h = norm(x, own["ffn_norm"])
        x = x + (jax.nn.silu(h @ own["ffn_gate"].T) * (h @ own["ffn_up"].T)) @ own["ffn_down"].T
    return norm(x, weights["output_norm"]) @ weights["token_embd"].T


def loss(weights, tokens):
    """Mean cross entropy of each next token, nats."""
    found = jax.nn.log_softmax(logits(weights, tokens[:, :-1]))
    return -jnp.mean(jnp.take_along_axis(found, tokens[:, 1:, None], -1))
