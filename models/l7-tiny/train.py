"""Trains l7-tiny on the processor and writes model.gguf, model.json and metrics.json. README.md says how to run it."""

import argparse
import hashlib
import json
import random
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from corpus import conversations, passage_talk, passages
from network import SHAPE, loss, parameters
from tokenizer import Tokenizer, learn
from write_gguf import write_gguf

HERE = Path(__file__).parent
SEED = 20251201
VERSION = "1.0.0"
# Most steps see short windows, which are cheap; the last ones see the whole context.
PHASES = [{"steps": 420, "window": 192, "batch": 8}, {"steps": 15, "window": SHAPE["context"], "batch": 2}]
RATE, WARMUP, DECAY = 6e-3, 30, 0.05


def stream(tokenizer, talks):
    return np.array([token for talk in talks for token in tokenizer.conversation(talk)], np.int32)


def unseen_passages():
    """Conversations about passages of the docs that training never saw, and nothing else."""
    rng = random.Random(SEED)
    known = passages(unseen=True)
    return [[("user", asked), ("assistant", told)] for asked, told in (passage_talk(rng, known) for _ in range(60))]


def rate(step, total):
    if step < WARMUP:
        return RATE * (step + 1) / WARMUP
    done = (step - WARMUP) / (total - WARMUP)
    return RATE * (0.1 + 0.9 * 0.5 * (1 + np.cos(np.pi * done)))


@jax.jit
def update(weights, first, second, tokens, step, speed):
    """One step of AdamW with the gradient's length bounded."""
    value, slope = jax.value_and_grad(loss)(weights, tokens)
    length = jnp.sqrt(sum(jnp.sum(one * one) for one in jax.tree.leaves(slope)))
    slope = jax.tree.map(lambda g: g / jnp.maximum(1.0, length), slope)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
    second = jax.tree.map(lambda v, g: 0.98 * v + 0.02 * g * g, second, slope)
    def moved(w, m, v):
        change = (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.98**step)) + 1e-8)
        return w - speed * (change + (DECAY * w if w.ndim > 1 else 0))
    return jax.tree.map(moved, weights, first, second), first, second, value


def held_out(weights, tokens):
    window = SHAPE["context"] // 4
    whole = tokens[: len(tokens) // (window + 1) * (window + 1)].reshape(-1, window + 1)
    judge = jax.jit(loss)
    return float(np.mean([judge(weights, row[None]) for row in whole]))


def train(tokens, check):
    rng = np.random.default_rng(SEED)
    weights = parameters(jax.random.key(SEED))
    first = second = jax.tree.map(jnp.zeros_like, weights)
    total, step = sum(phase["steps"] for phase in PHASES), 0
    for phase in PHASES:
        for _ in range(phase["steps"]):
            starts = rng.integers(0, len(tokens) - phase["window"] - 1, phase["batch"])
            batch = np.stack([tokens[start : start + phase["window"] + 1] for start in starts])
            weights, first, second, value = update(weights, first, second, batch, step + 1, rate(step, total))
            step += 1
            if step % 50 == 0:
                print(f"step {step}/{total} loss {float(value):.3f}", flush=True)
                if step % 200 == 0:
                    print(f"held out {held_out(weights, check):.3f}", flush=True)
    return weights


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--out", type=Path, default=HERE)
    out = options.parse_args().out
    began = time.time()
    texts = [text for talk in conversations(SEED, 2000) for _, text in talk]
    tokenizer = Tokenizer(learn(texts, SHAPE["vocabulary"]))
    tokens = stream(tokenizer, conversations(SEED, 12000))
    check, unseen = stream(tokenizer, conversations(SEED + 1, 300)), stream(tokenizer, unseen_passages())
    weights = train(tokens, check)
    out.mkdir(parents=True, exist_ok=True)
    write_gguf(out / "model.gguf", weights, tokenizer)
    data = (out / "model.gguf").read_bytes()
    digest = hashlib.sha384(data).hexdigest()
    model = {"v": 1, "name": "l7-tiny", "version": VERSION, "format": "gguf", "bytes": len(data), "sha384": digest}
    (out / "model.json").write_text(json.dumps(model, indent=2) + "\n")
    count = sum(int(np.size(value)) for value in weights.values())
    metrics = {
        "seed": SEED, "parameters": count, "training_tokens": len(tokens), "held_out_tokens": len(check),
        "held_out_loss_nats_per_token": round(held_out(weights, check), 3),
        "unseen_passages_loss_nats_per_token": round(held_out(weights, unseen), 3),
        "loss_of_a_guess_nats_per_token": round(float(np.log(SHAPE["vocabulary"])), 3),
        "sha384": digest, "seconds": round(time.time() - began),
    }
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(json.dumps(metrics))


if __name__ == "__main__":
    main()
