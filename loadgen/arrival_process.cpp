#include "loadgen/arrival_process.hpp"

#include <fmt/format.h>

namespace assay {

namespace {

struct Name {
  std::string operator()(const PoissonArrivals&) const { return "poisson"; }
  std::string operator()(const ConstantArrivals&) const { return "constant"; }
  std::string operator()(const GammaArrivals& process) const { return fmt::format("gamma:{:g}", process.shape); }
  std::string operator()(const MmppArrivals& process) const {
    return fmt::format("mmpp:{:g}:{:g}s:{:g}s", process.burst_ratio, seconds(process.mean_calm),
                       seconds(process.mean_burst));
  }
  std::string operator()(const StepArrivals& process) const {
    return fmt::format("step:{:g}s:{:g}", seconds(process.at), process.factor);
  }
  std::string operator()(const RampArrivals& process) const {
    return fmt::format("ramp:{:g}s:{:g}", seconds(process.over), process.factor);
  }
  std::string operator()(const TraceArrivals& process) const { return fmt::format("trace:{}", process.source); }
};

}  // namespace

std::string name_of(const ArrivalProcess& process) { return std::visit(Name{}, process); }

}  // namespace assay
