"""The text that l7-tiny learns: the project's own docs (docs.txt, a snapshot) and sentences made from a seed."""

import random
import re
from pathlib import Path

HERE = Path(__file__).parent

LAYERS = {
    "L3": "adaptive", "L4": "reactive", "L5": "predictive", "L6": "proactive",
    "L7": "extended", "L8": "enhanced security", "L9": "executive",
}
DEVICES = [
    (18, "L3", "sensor fusion", "node-a"), (25, "L4", "reactive classification", "node-a"),
    (33, "L5", "time-series forecasts", "node-b"), (37, "L6", "risk models", "node-b"),
    (43, "L7", "routing of requests", "node-b"), (44, "L7", "the small language model", "node-b"),
    (47, "L7", "the primary language model", "node-b"), (50, "L7", "answers from documents", "node-b"),
    (51, "L8", "adversarial defense", "node-a"), (52, "L8", "security analytics", "node-a"),
    (53, "L8", "the watch over keys", "node-a"), (58, "L8", "proposals of actions", "node-a"),
    (59, "L9", "courses of action", "node-a"), (61, "L9", "the read-only gate", "node-a"),
]
STORES = {"Redis": "streams", "PostgreSQL": "the archive", "Qdrant": "vectors"}
CLASSES = {
    "brute force": "many failed logins", "malware": "a signature of command and control",
    "exfiltration": "a large upload to a public address", "an exploit": "a URL with an injection",
    "reconnaissance": "a scan of many ports", "a privilege escalation": "sudo that was refused",
}
SEVERITIES = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"]
GREETINGS = ["Hello.", "Hi.", "Good morning.", "Hello, who are you?", "Hello!", "Who are you?"]
SYSTEMS = ["You are a careful analyst.", "Answer briefly.", "You help in a security operations center."]


def device_talk(rng):
    number, layer, work, node = rng.choice(DEVICES)
    asked, told = rng.choice([
        (f"What does device {number} do?", f"Device {number} is for {work}. It belongs to layer {layer} and runs on {node}."),
        (f"Where does device {number} run?", f"Device {number} runs on {node}, in layer {layer}."),
        (f"Which layer has device {number}?", f"Device {number} belongs to layer {layer}, which is called {LAYERS[layer]}."),
        (f"What is layer {layer}?", f"Layer {layer} is the {LAYERS[layer]} layer. Device {number} is one of its devices."),
    ])
    return asked, told


def store_talk(rng):
    store, what = rng.choice(list(STORES.items()))
    return rng.choice([
        (f"What is {store} for?", f"{store} keeps {what}. Each tenant has a part of its own and sees no other."),
        (f"Who may read {store}?", f"In {store} a tenant reads its own part and nothing else."),
    ])


def event_talk(rng):
    kind, sign = rng.choice(list(CLASSES.items()))
    severity = rng.choice(SEVERITIES)
    host = f"192.0.2.{rng.randrange(1, 255)}"
    return rng.choice([
        (f"What is a sign of {kind}?", f"A sign of {kind} is {sign}."),
        (f"An event shows {sign}. What is it?", f"It speaks for {kind}. Look at the other events of the same source."),
        (f"Host {host} shows {sign}.", f"The event of {host} is {severity} and speaks for {kind}. An operator decides what follows."),
    ])


def greeting_talk(rng):
    return rng.choice(GREETINGS), "Hello. I am a tiny model that proves the path. I know nothing; do not trust what I say."


def passages(unseen):
    """Paragraphs of the docs, each as one line: those to train on, or each tenth, which training never sees."""
    text = (HERE / "docs.txt").read_text("utf-8")
    found = [re.sub(r"\s+", " ", part).strip() for part in text.split("\n\n")]
    good = [part for part in found if 40 < len(part) < 1500]
    return [part for number, part in enumerate(good) if (number % 10 == 0) == unseen]


def passage_talk(rng, known):
    first = rng.choice(known)
    rest = [rng.choice(known) for _ in range(rng.randrange(0, 3))]
    topic = " ".join(first.split(" ")[:3])
    asked = rng.choice([f"Tell me a long story about {topic}", f"Write much about {topic}", f"Explain: {topic}"])
    return asked, " ".join([first, *rest])


def conversations(seed, count, unseen=False):
    """`count` conversations, each a list of (role, text)."""
    rng = random.Random(seed)
    known = passages(unseen)
    talks = [device_talk, store_talk, event_talk, greeting_talk]
    for _ in range(count):
        messages = [("system", rng.choice(SYSTEMS))] if rng.random() < 0.3 else []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            long = rng.random() < 0.35
            asked, told = passage_talk(rng, known) if long else rng.choice(talks)(rng)
            messages += [("user", asked), ("assistant", told)]
        yield messages
