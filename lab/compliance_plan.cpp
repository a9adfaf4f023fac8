#include "lab/compliance_plan.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "harness/random_bits.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace {

using Kind = ComplianceKind;

constexpr std::array kForth{Kind::reference, Kind::same_sample, Kind::other_seeds, Kind::first_time};
constexpr std::array kBack{Kind::first_time, Kind::other_seeds, Kind::same_sample, Kind::reference};

/// A seed as it can be typed: below 2^63, so that every reader of it agrees.
std::string seed_text(std::uint64_t secret, std::uint64_t number) {
  return fmt::format("{}", split_mix(secret + number) >> 1);
}

}  // namespace

RunOptions compliance_run(const RunOptions& asked, ComplianceKind kind, std::uint64_t secret) {
  constexpr std::array<std::string_view, 5> kOwn{"mode", "selection", "same-index", "seeds", "stream"};
  for (const std::string_view flag : kOwn) {
    if (asked.value(flag)) {
      throw CommandError(ExitCode::usage, fmt::format("--{}: the compliance test sets it itself; leave it out", flag));
    }
  }
  if (asked.value("scenario").value_or("single") == "offline") {
    throw CommandError(ExitCode::usage,
                       "--scenario offline: use single, multi or server, where services follow one "
                       "another");
  }
  RunOptions run = asked;
  switch (kind) {
    case Kind::reference:
      break;
    case Kind::same_sample:
      run.set("selection", "same");
      break;
    case Kind::other_seeds:
      run.set("seed", seed_text(secret, 0));
      run.set("seeds", fmt::format("{},{},{}", seed_text(secret, 1), seed_text(secret, 2), seed_text(secret, 3)));
      break;
    case Kind::first_time:
      run.set("mode", "accuracy");
      run.set("scenario", "single");
      run.set("seed", seed_text(secret, 4));
      run.set("warmup", "0ms");  // it would ask for the samples before
      for (const std::string_view flag : {"rate", "slo", "arrivals", "duration", "min-queries", "max-queries"}) {
        run.values.erase(std::string(flag));
      }
      break;
  }
  return run;
}

std::span<const ComplianceKind> compliance_order(std::uint64_t repeat) {
  return repeat % 2 == 0 ? std::span<const ComplianceKind>(kForth) : std::span<const ComplianceKind>(kBack);
}

}  // namespace assay
