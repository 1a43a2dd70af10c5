"""A small vocabulary of the kind that GGUF calls `llama`: control tokens, all bytes, and pieces joined by rank."""

from collections import Counter

CONTROL = ["<unk>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"]
BOS, EOS = 1, 2
SPACE = "\u2581"


def learn(texts, size):
    """Pieces of a vocabulary of `size` tokens, best first: characters, then the commonest pairs of pieces."""
    words = Counter()
    for text in texts:
        words.update(split(text.replace(" ", SPACE)))
    room = size - len(CONTROL) - 256
    pieces = sorted({character for word in words for character in word})
    spelled = {word: list(word) for word in words}
    while len(pieces) < room:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(spelled[word], spelled[word][1:]):
                pairs[pair] += count
        (left, right), _ = min(pairs.items(), key=lambda item: (-item[1], item[0]))
        pieces.append(left + right)
        spelled = {word: merge(parts, left, right) for word, parts in spelled.items()}
    return pieces


def split(text):
    """Words, each with the mark of the space before it: pieces that cross words are of little use."""
    words, word = [], ""
    for character in text:
        if character == SPACE and word:
            words.append(word)
            word = ""
        word += character
    return [*words, word] if word else words


def merge(parts, left, right):
    merged, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and parts[i] == left and parts[i + 1] == right:
            merged.append(left + right)
            i += 2
        else:
            merged.append(parts[i])
            i += 1
    return merged


class Tokenizer:
    """Encodes as the runtime does: the neighbours whose joined piece has the best score are joined first."""

    def __init__(self, pieces):
        self.tokens = [*CONTROL, *(f"<0x{byte:02X}>" for byte in range(256)), *pieces]
        self.first_piece = len(CONTROL) + 256
        self.scores = [0.0] * self.first_piece + [-float(rank) for rank in range(len(pieces))]
        self.ids = {piece: self.first_piece + rank for rank, piece in enumerate(pieces)}
        self.known = {}

    def encode(self, text):
        return [token for word in split(text.replace(" ", SPACE)) for token in self.word(word)]

    def word(self, word):
        if word not in self.known:
            self.known[word] = self.spell(word)
        return self.known[word]

    def spell(self, word):
        parts = list(word)
        while True:
            ranks = [(self.ids.get(a + b, 1 << 30), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))]
            if not ranks or min(ranks)[0] == 1 << 30:
                break
            _, i = min(ranks)
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        found = []
        for part in parts:
            known = self.ids.get(part)
            found += [known] if known is not None else [len(CONTROL) + byte for byte in part.encode("utf-8")]
        return found

    def conversation(self, messages):
        """Tokens of a conversation, as the chat template writes it."""
        found = [BOS]
        for role, text in messages:
            found += [CONTROL.index(f"<|{role}|>"), *self.encode(text), EOS]
        return found
