#include "kernels/models/ssdlite.hpp"

#include <utility>

#include "kernels/kernel_parameters.hpp"

namespace assay {

SsdLite::SsdLite(KernelIdentity identity, const DetectorShape& shape, const NetworkRunner::Options& options)
    : NetworkKernel(std::move(identity), ssdlite(shape), options),
      decoder_(runner().network(), {.anchors = shape.anchors, .values = shape.values}) {}

void SsdLite::run(std::span<const std::uint32_t> samples) noexcept {
  NetworkKernel::run(samples);
  for (std::size_t slot = 0; slot < samples.size(); ++slot) {
    decoder_.decode(runner().output(slot));
  }
}

OutputCheck SsdLite::verify() {
  OutputCheck check = NetworkKernel::verify();
  const std::uint32_t sample = 0;
  run({&sample, 1});
  const std::string problem = decoder_.problem(runner().output(0));
  if (check.passed && !problem.empty()) {
    check.passed = false;
    check.detail = problem;
  }
  return check;
}

std::unique_ptr<Kernel> make_ssdlite(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("ssdlite"), parameters);
  const std::string width = given.choice("width", {"0.5", "0.75", "1.0"});
  const std::string dtype = given.choice("dtype", {"f32", "i8"});
  const std::string library = given.choice("library", {"auto", "onednn", "openblas", "own"});
  given.throw_if_bad();
  return std::make_unique<SsdLite>(KernelIdentity{.name = "ssdlite", .parameters = {{"width", width}}},
                                   DetectorShape{.width = std::stod(width)},
                                   NetworkRunner::Options{.type = dtype == "i8" ? NetworkType::i8 : NetworkType::f32,
                                                          .library = library,
                                                          .max_batch = NetworkKernel::kMaxBatch});
}

}  // namespace assay
