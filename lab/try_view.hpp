#pragma once

#include <string>

#include "analysis/format.hpp"
#include "lab/try_result.hpp"

namespace assay {

/// One sentence of what was seen, no more than that.
[[nodiscard]] std::string try_sentence(const TryResult& result);

/// "assay/try/1", with its line end.
[[nodiscard]] std::string try_json(const TryResult& result);

/// The table, doses and extra work beside it, and the sentence.
[[nodiscard]] std::string try_text(const TryResult& result, Charset charset);

/// "EMULATED phone B: P50 121 µs  P99 1.13 ms  P99.9 2.10 ms  7.90 k samples/s"
[[nodiscard]] std::string try_run_line(const TryRun& run, const RunMark& mark, Charset charset);

}  // namespace assay
