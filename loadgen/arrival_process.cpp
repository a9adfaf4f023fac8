#include "loadgen/arrival_process.hpp"

#include <fmt/format.h>

namespace assay {

namespace {

// {} is the shortest text that reads back as the same number: what a run file says can be run again.
struct Name {
  std::string operator()(const PoissonArrivals&) const { return "poisson"; }
  std::string operator()(const ConstantArrivals&) const { return "constant"; }
  std::string operator()(const GammaArrivals& process) const { return fmt::format("gamma:{}", process.shape); }
  std::string operator()(const MmppArrivals& process) const {
    return fmt::format("mmpp:{}:{}s:{}s", process.burst_ratio, seconds(process.mean_calm), seconds(process.mean_burst));
  }
  std::string operator()(const StepArrivals& process) const {
    return fmt::format("step:{}s:{}", seconds(process.at), process.factor);
  }
  std::string operator()(const RampArrivals& process) const {
    return fmt::format("ramp:{}s:{}", seconds(process.over), process.factor);
  }
  std::string operator()(const TraceArrivals& process) const { return fmt::format("trace:{}", process.source); }
  std::string operator()(const CameraArrivals& process) const {
    return fmt::format("cameras:{}x{}:{}", process.cameras, process.frames_per_s, name_of(process.phase));
  }
};

}  // namespace

std::string name_of(const ArrivalProcess& process) { return std::visit(Name{}, process); }

std::string name_of(CameraPhase phase) {
  switch (phase) {
    case CameraPhase::aligned:
      return "aligned";
    case CameraPhase::staggered:
      return "staggered";
    case CameraPhase::random:
      return "random";
  }
  return "";
}

std::string name_of(LateFrames policy) { return policy == LateFrames::drop ? "drop" : "queue"; }

}  // namespace assay
