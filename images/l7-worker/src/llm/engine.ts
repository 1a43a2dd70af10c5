import { randomInt } from "node:crypto";
import {
  type ChatHistoryItem,
  type ChatWrapper,
  getLlama,
  type Llama,
  LlamaChat,
  type LlamaContextSequence,
  LlamaLogLevel,
  type LlamaModel,
  resolveChatWrapper,
} from "node-llama-cpp";
import type { ChatMessage, FinishReason, GenerateRequest, Usage } from "../../../runtime/l7/generate.ts";
import type { Log } from "../../../runtime/log.ts";
import { Refusal } from "../refusal.ts";

export interface EngineOptions {
  readonly path: string;
  /** Conversations at a time. */
  readonly slots: number;
  readonly context: number;
  readonly maxTokens: number;
  readonly threads: number;
  readonly log: Log;
}

/** What one conversation is worked on with. */
export type Sequence = LlamaContextSequence;

/** How an answer ended. */
export interface Outcome {
  readonly finish_reason: FinishReason;
  readonly usage: Usage;
}

/** Tokens kept free at the end, so that the context never has to be shifted. */
const SPARE = 4;

/** A GGUF model in llama.cpp, on the processor. */
export class LlamaEngine {
  readonly sequences: readonly Sequence[];
  /** Tokens of a conversation with its answer. */
  readonly context: number;
  private readonly llama: Llama;
  private readonly model: LlamaModel;
  private readonly wrapper: ChatWrapper;
  private readonly maxTokens: number;

  private constructor(llama: Llama, model: LlamaModel, sequences: readonly Sequence[], maxTokens: number) {
    this.llama = llama;
    this.model = model;
    this.sequences = sequences;
    this.maxTokens = maxTokens;
    this.context = sequences[0]?.contextSize ?? 0;
    this.wrapper = resolveChatWrapper(model);
  }

  /** Loads a model. Nothing is fetched or compiled: the prebuilt library is used, or none. */
  static async load({ path, slots, context, maxTokens, threads, log }: EngineOptions): Promise<LlamaEngine> {
    const llama = await getLlama({
      ...{ gpu: false, build: "never", skipDownload: true, progressLogs: false, maxThreads: threads },
      logLevel: LlamaLogLevel.warn,
      logger: (level, message) => log.debug({ level }, message.trim().slice(0, 500)),
    });
    try {
      const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
      const contextSize = Math.min(context, model.trainContextSize);
      const made = await model.createContext({ sequences: slots, contextSize, threads, batchSize: 256 });
      const sequences = Array.from({ length: slots }, () => made.getSequence());
      return new LlamaEngine(llama, model, sequences, maxTokens);
    } catch (error) {
      await llama.dispose();
      throw error;
    }
  }

  /**
   * Writes an answer.
   * @param onText takes its text piece by piece
   * @throws Refusal 400 when the conversation does not fit; what `signal` aborts with
   */
  async generate(
    sequence: Sequence,
    request: GenerateRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const history: ChatHistoryItem[] = [...request.messages.map(item), { type: "model", response: [] }];
    const prompt_tokens = this.count(history);
    const room = this.room(prompt_tokens, request.max_tokens);
    // Nothing of another tenant's conversation stays, not even as time that a known beginning would save.
    await sequence.clearHistory();
    const before = sequence.tokenMeter.getState();
    const chat = new LlamaChat({ contextSequence: sequence, chatWrapper: this.wrapper });
    try {
      const { metadata } = await chat.generateResponse(history, {
        ...{ signal, maxTokens: room, temperature: request.temperature, topP: request.top_p },
        seed: request.seed ?? randomInt(2 ** 32 - 1),
        customStopTriggers: request.stop,
        onTextChunk: onText,
      });
      const completion_tokens = sequence.tokenMeter.diff(before).usedOutputTokens;
      const finish_reason = metadata.stopReason === "maxTokens" ? "length" : "stop";
      return { finish_reason, usage: { prompt_tokens, completion_tokens } };
    } finally {
      chat.dispose({ disposeSequence: false });
      await sequence.clearHistory();
    }
  }

  async dispose(): Promise<void> {
    await this.llama.dispose();
  }

  private count(chatHistory: ChatHistoryItem[]): number {
    const { contextText } = this.wrapper.generateContextState({ chatHistory });
    return contextText.tokenize(this.model.tokenizer).length;
  }

  private room(prompt: number, wanted: number | undefined): number {
    const left = this.context - prompt - SPARE;
    if (left >= 1 && (wanted ?? 1) <= left) return Math.min(wanted ?? left, left, this.maxTokens);
    const asked = wanted === undefined ? "" : ` and ${wanted} of the answer`;
    const message = `The model's context is ${this.context} tokens; the messages take ${prompt}${asked}.`;
    throw new Refusal(400, "context_length_exceeded", message);
  }
}

function item({ role, content }: ChatMessage): ChatHistoryItem {
  return role === "assistant" ? { type: "model", response: [content] } : { type: role, text: content };
}
