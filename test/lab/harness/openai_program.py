"""Asks the API with the official Python client, as openai-program.ts does with the one from npm: settings from the
environment, what came back as JSON."""

import json
import os
import ssl
import sys

import openai

HOW = os.environ.get("HOW", "")
MODEL = os.environ.get("MODEL", "")
CA_FILE = os.environ.get("CA_FILE")
trust = {}
if CA_FILE:
    trust["http_client"] = openai.DefaultHttpxClient(verify=ssl.create_default_context(cafile=CA_FILE))
client = openai.OpenAI(base_url=os.environ["BASE_URL"], max_retries=0, timeout=60, **trust)
request = {
    "model": MODEL,
    "messages": [{"role": "user", "content": os.environ.get("PROMPT", "Hello")}],
    "temperature": 0,
}


def ask():
    if HOW == "models":
        return {"models": [model.id for model in client.models.list()]}
    if HOW == "chat":
        answer = client.chat.completions.create(**request, max_tokens=16)
        return {"text": answer.choices[0].message.content, "tokens": answer.usage.completion_tokens}
    if HOW == "embeddings":
        texts = json.loads(os.environ["TEXTS"])
        answer = client.embeddings.create(model=MODEL, input=texts)
        # The client asks for Base64 unless it is told otherwise.
        plain = client.embeddings.create(model=MODEL, input=texts[0], encoding_format="float")
        vectors = [item.embedding for item in answer.data]
        near = max(abs(a - b) for a, b in zip(vectors[0], plain.data[0].embedding))
        return {
            "indices": [item.index for item in answer.data],
            "widths": [len(vector) for vector in vectors],
            "products": [[sum(a * b for a, b in zip(x, y)) for y in vectors] for x in vectors],
            "difference": near,
            "tokens": answer.usage.prompt_tokens,
        }
    deltas = 0
    with client.chat.completions.create(**request, max_tokens=64, stream=True) as stream:
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                deltas += 1
            # Leaving the block closes the connection.
            if HOW == "cancel" and deltas == 3:
                break
    return {"deltas": deltas}


try:
    result = ask()
except openai.APIStatusError as error:
    result = {"status": error.status_code, "code": error.code}
    if error.response.headers.get("retry-after"):
        result["retry_after"] = error.response.headers["retry-after"]
json.dump(result, sys.stdout)
