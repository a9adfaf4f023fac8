#include "lab/arrival_text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/decimal_text.hpp"
#include "harness/quantity.hpp"
#include "loadgen/trace_file.hpp"

namespace assay {

namespace {

std::optional<double> positive_number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) && value > 0.0;
  return good ? std::optional(value) : std::nullopt;
}

std::vector<std::string_view> cut_at_colons(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (auto colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', begin)) {
    parts.push_back(text.substr(begin, colon - begin));
    begin = colon + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

/// The parts behind a law's name, read in order.
class Parts {
 public:
  Parts(std::string_view text, std::string form) : text_(text), form_(std::move(form)), parts_(cut_at_colons(text)) {}

  void number(double& into) {
    if (next_ < parts_.size()) {
      const auto value = positive_number(parts_[next_++]);
      if (!value) {
        fail();
      }
      into = *value;
    }
  }
  void duration(Nanoseconds& into) {
    if (next_ < parts_.size()) {
      try {
        into = parse_duration(parts_[next_++]);
      } catch (const std::invalid_argument&) {
        fail();
      }
    }
  }
  void end() const {
    if (next_ < parts_.size()) {
      fail();
    }
  }

 private:
  [[noreturn]] void fail() const { throw std::invalid_argument(fmt::format("{}: expected {}", quoted(text_), form_)); }

  std::string_view text_;
  std::string form_;
  std::vector<std::string_view> parts_;
  std::size_t next_ = 1;
};

/// Whether a trace's last part is meant as its speed, even if no trace can be played at it: "-1", "0", "1e999".
bool reads_as_number(std::string_view text) {
  double ignored = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ignored);
  return error != std::errc::invalid_argument && end == text.data() + text.size();
}

ArrivalProcess parse_trace(std::string_view text) {
  std::string_view file = text.substr(std::string_view("trace:").size());
  TraceArrivals trace;
  const auto refuse = [text] {
    throw std::invalid_argument(
        fmt::format("{}: expected trace:FILE or trace:FILE:SPEED with a speed above 0", quoted(text)));
  };
  const auto colon = file.rfind(':');
  if (colon != std::string_view::npos && reads_as_number(file.substr(colon + 1))) {
    const auto speed = positive_number(file.substr(colon + 1));
    if (!speed) {
      refuse();
    }
    trace.speed = *speed;
    file = file.substr(0, colon);
  }
  if (file.empty()) {
    refuse();
  }
  trace.source = file;
  std::error_code error;
  if (std::filesystem::exists(trace.source, error) && !std::filesystem::is_regular_file(trace.source, error)) {
    throw std::runtime_error(fmt::format("{}: not a regular file", trace.source));
  }
  std::ifstream input(trace.source, std::ios::binary);
  if (!input) {
    throw std::runtime_error(fmt::format("{}: {}", trace.source, std::strerror(errno)));
  }
  trace.offsets = read_trace(input, trace.source);
  return trace;
}

/// "8x30" or "8x30:staggered", behind "cameras:".
ArrivalProcess parse_cameras(std::string_view text) {
  const auto refuse = [text] {
    throw std::invalid_argument(
        fmt::format("{}: expected cameras:KxFPS or cameras:KxFPS:PHASE with PHASE aligned, staggered or random, e.g. "
                    "cameras:8x30:aligned",
                    quoted(text)));
  };
  const std::vector<std::string_view> parts = cut_at_colons(text);
  if (parts.size() < 2 || parts.size() > 3) {
    refuse();
  }
  CameraArrivals cameras;
  const auto cross = parts[1].find('x');
  const std::string_view count = parts[1].substr(0, cross);
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), cameras.cameras);
  const auto rate = cross == std::string_view::npos ? std::nullopt : positive_number(parts[1].substr(cross + 1));
  if (error != std::errc{} || end != count.data() + count.size() || cameras.cameras == 0 || !rate) {
    refuse();
  }
  cameras.frames_per_s = *rate;
  if (parts.size() == 3) {
    const auto phase = camera_phase_from_name(parts[2]);
    if (!phase) {
      refuse();
    }
    cameras.phase = *phase;
  }
  return cameras;
}

}  // namespace

std::optional<CameraPhase> camera_phase_from_name(std::string_view name) {
  for (const CameraPhase phase : {CameraPhase::aligned, CameraPhase::staggered, CameraPhase::random}) {
    if (name_of(phase) == name) {
      return phase;
    }
  }
  return std::nullopt;
}

LateFrames parse_late_frames(std::string_view text) {
  for (const LateFrames policy : {LateFrames::queue, LateFrames::drop}) {
    if (name_of(policy) == text) {
      return policy;
    }
  }
  throw std::invalid_argument(fmt::format("{} is none of queue, drop", quoted(text)));
}

ArrivalProcess parse_arrivals(std::string_view text) {
  const std::string_view law = text.substr(0, text.find(':'));
  if (text == "poisson") {
    return PoissonArrivals{};
  }
  if (text == "constant") {
    return ConstantArrivals{};
  }
  if (law == "gamma") {
    GammaArrivals gamma;
    Parts parts(text, "gamma:SHAPE, e.g. gamma:0.5");
    parts.number(gamma.shape);
    parts.end();
    return gamma;
  }
  if (law == "mmpp") {
    MmppArrivals mmpp;
    Parts parts(text, "mmpp:RATIO or mmpp:RATIO:CALM:BURST, e.g. mmpp:10:900ms:100ms");
    parts.number(mmpp.burst_ratio);
    parts.duration(mmpp.mean_calm);
    parts.duration(mmpp.mean_burst);
    parts.end();
    return mmpp;
  }
  if (law == "step") {
    StepArrivals step;
    Parts parts(text, "step:AT:FACTOR, e.g. step:5s:2");
    parts.duration(step.at);
    parts.number(step.factor);
    parts.end();
    return step;
  }
  if (law == "ramp") {
    RampArrivals ramp;
    Parts parts(text, "ramp:OVER:FACTOR, e.g. ramp:10s:2");
    parts.duration(ramp.over);
    parts.number(ramp.factor);
    parts.end();
    return ramp;
  }
  if (law == "cameras") {
    return parse_cameras(text);
  }
  if (text.starts_with("trace:")) {
    return parse_trace(text);
  }
  throw std::invalid_argument(
      fmt::format("{} is none of poisson, constant, gamma:K, mmpp:RATIO, step:AT:FACTOR, ramp:OVER:FACTOR, trace:FILE, "
                  "cameras:KxFPS:PHASE",
                  quoted(text)));
}

}  // namespace assay
