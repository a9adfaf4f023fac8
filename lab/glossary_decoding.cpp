#include <array>

#include "lab/glossary.hpp"

namespace assay {
namespace {

constexpr std::array kDecodingTerms{
    GlossaryEntry{"TTFT", "time to first token, first token",
                  "Time from the scheduled arrival to the first token of an answer.",
                  "It holds the queueing and the reading of the prompt: what a person waits before text appears."},
    GlossaryEntry{"TPOT", "time per output token",
                  "Mean time for each token after the first: (latency - TTFT) / (tokens - 1).",
                  "It is the pace of the text once it has begun. It does not exist for answers of fewer than two "
                  "tokens."},
    GlossaryEntry{"gpu activity", "GPM, GPU utilisation, HBM",
                  "Shares of a GPU's units that its own counters saw busy in a run: matrix pipes, memory (HBM), cores.",
                  "What is commonly read as utilisation is only the time in which any kernel ran: near 100 % also "
                  "where nearly all of the card is idle."},
    GlossaryEntry{"U_T", "product utilisation, MFU",
                  "Work of the model over what measured matrix products could have done in the time of the run.",
                  "Useful work only: what is computed again after a preemption does not count. A monitor's "
                  "\"utilisation\" is the busy time, which can be 100 % while U_T is 15 %."},
    GlossaryEntry{
        "MBU", "bandwidth utilisation",
        "Bytes that a decoder had to move over what measured reading could have moved in that time.",
        "Weights once an iteration, and the cache of each sequence. High MBU beside low U_T: the batch is too "
        "small, each reading of the weights serves too few tokens."},
    GlossaryEntry{"goodput", "good requests",
                  "Requests a second, and their tokens, that kept both windows: TTFT and TPOT.",
                  "What a user gets is a request, so one that misses either window counts for nothing."},
    GlossaryEntry{"waterfall", "where the time went",
                  "Seven shares of a serving run's time that sum to 1, from no request to useful products.",
                  "No request; held back by admission; the host while work was ready; computed again; kernels slower "
                  "than their ceilings; reading while the products wait (memory-bound); useful products."},
    GlossaryEntry{"floors", "floor, decode floor",
                  "The shortest times that a device's ceilings allow a decoder: assay explain --floors MODEL DEVICE.",
                  "max(bytes / reading, work / products) from the model's shape alone. Nothing is measured, and "
                  "nothing real can be faster."},
    GlossaryEntry{
        "prefill", "chunked prefill, token budget, reading of the prompt",
        "The reading of a prompt, all of its tokens at once, before the first token of the answer.",
        "It is bound by matrix products, where answers are bound by reading weights. Chunked: a long prompt is "
        "cut to what a step's token budget leaves, so that the answers of others go on meanwhile."},
    GlossaryEntry{"continuous batching", "static batching, slots, sequences in flight",
                  "Sequences join and leave the batch at every step; static batching waits for the longest.",
                  "A slot holds one sequence. Too few slots are the usual reason of a server that gives a sixth of its "
                  "Offline rate: each reading of the weights then serves too few tokens."},
    GlossaryEntry{"KV cache", "kv, paged, pages, kv-dtype",
                  "Keys and values of all tokens so far, which each further token of that sequence reads.",
                  "It grows by a token at a time. Paged: in pages that any sequence can take, so that its room is not "
                  "reserved for the longest answer. In fp8 it is half as large as in bf16."},
    GlossaryEntry{
        "memory plan", "plan A, plan B, plan C, plan D, plan E, weights aliased",
        "What of a model a card holds: A all in fp8, B in bf16, C in W4A16, D one rank, E aliased.",
        "Aliased: layer i uses the weights of layer i mod n. Every step still reads as many bytes from the "
        "card's memory and multiplies as much, so that its time is that of the whole model; its text is not."},
    GlossaryEntry{"tp-shard", "tensor parallel, TP, one rank, emulated all-reduce",
                  "One card works as one rank of n: its share of each matrix, and a stand-in for the exchange.",
                  "The all-reduces are copies within the card's memory and no link between cards: what such a run says "
                  "of a whole of n cards is a projection, and it is named so."},
    GlossaryEntry{"CUDA graph", "graphs, kernel by kernel",
                  "A step's launches recorded once and given to the card as one.",
                  "One graph for each size of batch, padded up to it. Without, the host launches each of a step's "
                  "hundreds of kernels, and a fast card waits for it."},
    GlossaryEntry{"host bubble", "bubble, async-sched, async sched",
                  "The share of the time from step to step in which no step runs on the card.",
                  "The host plans, launches and reads tokens meanwhile. With asynchronous scheduling it plans the next "
                  "step while the card works on this one."},
    GlossaryEntry{"algorithm race", "algorithm, candidates",
                  "cuBLASLt's algorithms for one product, timed on this card; the fastest one is used and named.",
                  "The library's own first guess is not always the best one. The race runs before the measured part, "
                  "twice, and what it chose is in the result."},
    GlossaryEntry{"own process", "own thread, inject-from, time slice, MPS",
                  "Whether a GPU was loaded by a thread of the measuring process or by a process of its own.",
                  "A thread shares the context: the card runs both where it has room. Two processes without MPS take "
                  "turns, each for a time slice of the whole card. The dose says which it was."},
    GlossaryEntry{"clock events", "throttle reasons, event reasons, SW power cap, HW slowdown",
                  "Why a GPU runs below its highest clock, in the driver's words.",
                  "'SW power cap' is the power limit, which is what the card sustains; 'thermal slowdown' is heat; "
                  "'idle' and 'application clocks' are no fault. In a series they are bits, with the names beside "
                  "'gpu_power'."},
    GlossaryEntry{
        "instant power", "board energy, board energy as mean power, power sensor",
        "Power of a GPU's whole board at this moment, beside an average and what its energy counter says.",
        "Some cards sample their power sensor for a quarter of the time only. The counter misses nothing: its "
        "differences over the time between are the mean power to trust. None of them is power at the wall."},
    GlossaryEntry{
        "multiprocessor", "SM, SM clock, tensor pipe, matrix pipe",
        "One of a GPU's processors, with its own lanes, matrix units and cycle counter.",
        "Their clock is measured by that counter against the card's nanosecond timer, so that it needs no word "
        "of the driver. A tensor (or matrix) pipe does the products of bf16, fp8 and the like."},
    GlossaryEntry{"MIG", "GPU instances, cut into instances",
                  "A card cut into parts that look like cards of their own.",
                  "What is measured on a part is the part's, and the shares of the datasheet, which are of the whole "
                  "card, mean nothing. It is a warning, and never changed."},
    GlossaryEntry{"SIMULATED", "simulated card",
                  "The GPU library behind this result has no card: its times are made up.",
                  "It is for tests of the host's side. Such a result is marked as synthetic, and no figure of it is a "
                  "measurement."},
};

}  // namespace

std::span<const GlossaryEntry> glossary_decoding() { return kDecodingTerms; }

}  // namespace assay
