#include "kernels/models/network_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "kernels/kernel_parameters.hpp"
#include "kernels/models/architectures.hpp"
#include "kernels/output_comparison.hpp"

namespace assay {

void fill_images(const Network& network, NetworkType type, std::span<std::byte> images, std::uint64_t seed) {
  const std::size_t elements = network.tensors[0].elements();
  const std::size_t bytes = network.tensor_bytes(0, type).count;
  for (std::size_t i = 0; i * bytes < images.size(); ++i) {
    std::byte* const to = images.data() + i * bytes;
    if (type == NetworkType::i8) {
      fill_image(std::span(reinterpret_cast<std::uint8_t*>(to), elements), seed, i);
    } else {
      fill_image(std::span(reinterpret_cast<float*>(to), elements), seed, i);
    }
  }
}

KernelIdentity network_identity(KernelIdentity identity, const NetworkRunner& runner) {
  identity.parameters["dtype"] = name_of(runner.type());
  identity.parameters["library"] = std::string(runner.choice().library->name);
  identity.facts.insert(runner.choice().facts.begin(), runner.choice().facts.end());
  identity.facts["weights"] = "seeded, not trained";
  return identity;
}

NetworkKernel::NetworkKernel(KernelIdentity identity, Network network, const NetworkRunner::Options& options)
    : runner_(std::move(network), options),
      identity_(network_identity(std::move(identity), runner_)),
      image_bytes_(runner_.network().tensor_bytes(0, options.type).count) {}

Bytes NetworkKernel::memory_per_worker() const { return runner_.memory() + Bytes{kSamples * image_bytes_}; }

void NetworkKernel::prepare(std::uint64_t seed) {
  images_ = Array<std::byte>(kSamples * image_bytes_);
  fill_images(runner_.network(), runner_.type(), images_.span(), seed);
  runner_.prepare(seed);
  const std::uint32_t sample = 0;
  NetworkKernel::run({&sample, 1});  // touches what the library takes before anything is measured
}

void NetworkKernel::run(std::span<const std::uint32_t> samples) noexcept {
  std::array<const void*, kMaxBatch> images{};
  const std::size_t batch = std::min(samples.size(), kMaxBatch);
  for (std::size_t slot = 0; slot < batch; ++slot) {
    images[slot] = image(samples[slot]);
  }
  runner_.run(std::span(images).first(batch));
}

Kernel::Probe NetworkKernel::probe(std::size_t slot) const noexcept {
  const std::span<const float> output = runner_.output(slot);
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = output[probe_position(i, output.size())];
  }
  return found;
}

Kernel::Probe NetworkKernel::reference_probe(std::uint32_t sample) const {
  const std::vector<double> output = runner_.reference(image(sample));
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(output[probe_position(i, output.size())]);
  }
  return expected;
}

OutputCheck NetworkKernel::verify() {
  OutputCheck check = runner_.check_layers(image(0));
  if (!check.passed || max_batch() == 1) {
    return check;
  }
  // Slot by slot what the sample gives alone: the same sums in another order.
  std::vector<std::vector<float>> alone;
  std::vector<std::uint32_t> samples;
  for (std::uint32_t sample = 0; sample < max_batch(); ++sample) {
    run({&sample, 1});
    alone.emplace_back(runner_.output(0).begin(), runner_.output(0).end());
    samples.push_back(sample);
  }
  run(samples);
  OutputComparison comparison(2 * tolerance(), output_scale());
  for (std::size_t slot = 0; slot < samples.size(); ++slot) {
    const std::span<const float> output = runner_.output(slot);
    for (std::size_t i = 0; i < output.size(); ++i) {
      comparison.compare(samples[slot], i, alone[slot][i], output[i]);
    }
  }
  const OutputCheck batch = comparison.result();
  return batch.passed ? check : batch;
}

namespace {

constexpr std::array<std::string_view, 4> kLibraries{"auto", "onednn", "openblas", "own"};

NetworkRunner::Options options_from(KernelParameters& given, std::string& library) {
  const std::string dtype = given.choice("dtype", {"f32", "i8"});
  library = given.choice("library", {kLibraries[0], kLibraries[1], kLibraries[2], kLibraries[3]});
  return {.type = dtype == "i8" ? NetworkType::i8 : NetworkType::f32,
          .library = library,
          .max_batch = NetworkKernel::kMaxBatch};
}

}  // namespace

std::unique_ptr<Kernel> make_resnet50(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("resnet50"), parameters);
  const std::string side = given.choice("side", {"224", "160", "96", "32"});
  std::string library;
  const NetworkRunner::Options options = options_from(given, library);
  given.throw_if_bad();
  return std::make_unique<NetworkKernel>(KernelIdentity{.name = "resnet50", .parameters = {{"side", side}}},
                                         resnet50(std::stoul(side)), options);
}

std::unique_ptr<Kernel> make_mobilenet_v2(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("mobilenet_v2"), parameters);
  const std::string width = given.choice("width", {"1.0", "0.75", "0.5"});
  const std::string side = given.choice("side", {"224", "160", "96", "32"});
  std::string library;
  const NetworkRunner::Options options = options_from(given, library);
  given.throw_if_bad();
  return std::make_unique<NetworkKernel>(
      KernelIdentity{.name = "mobilenet_v2", .parameters = {{"side", side}, {"width", width}}},
      mobilenet_v2({.width = std::stod(width), .side = std::stoul(side)}), options);
}

}  // namespace assay
