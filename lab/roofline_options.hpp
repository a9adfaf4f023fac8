#pragma once

#include <string>

#include "scenarios/roofline_run.hpp"

namespace assay {

/// What `assay roofline` is asked to measure, as typed.
struct RooflineOptions {
  std::string cpus;              ///< a list such as 0-3,8; empty: one hardware thread of each allowed core
  std::string duration = "14s";  ///< limit of the rounds
  std::string seed = "1";
  std::string only;      ///< parts, comma-separated, e.g. "compute,bandwidth"; empty: all
  std::string workload;  ///< in place of the dots, e.g. "resnet50:dtype=i8"; empty: none
  bool layers = false;   ///< and each of its layers
  std::string envelope;  ///< stands for the four below
  std::string simd;      ///< the widest instruction set; empty: the best
  std::string membw;     ///< bandwidth taken away by a stream on another CPU: "4GB/s" or "max"; empty: none
  std::string huge_pages = "yes";
  std::string device = "cpu";  ///< or "cuda:N"
};

/// The limit of the rounds. Throws std::invalid_argument saying what is accepted.
[[nodiscard]] Nanoseconds roofline_time_from(const std::string& text);

/// Throws CommandError (usage) with a line for each bad value: the flag, the value, what is accepted.
[[nodiscard]] RooflineRequest roofline_request_from(const RooflineOptions& options);

}  // namespace assay
