#include "kernels/conv2d.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "kernels/image_border.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/library_race.hpp"
#include "kernels/output_comparison.hpp"

namespace assay {
namespace {

struct Operands {
  explicit Operands(const ConvolutionShape& shape)
      : input(shape.input_size()), filters(shape.filters_size()), output(shape.output_size()) {
    fill_uniform(input.span(), {1, 0}, {});
    fill_uniform(filters.span(), {1, 1}, {});
  }
  Array<float> input;
  Array<float> filters;
  Array<float> output;
};

LibraryChoice choose(const ConvolutionShape& shape, Flops work) {
  const auto subject =
      fmt::format("conv2d {} {} {} {}", shape.side, shape.filter, shape.channels_in, shape.channels_out);
  return choose_library(subject, work, WorkUnit::flop, [&] {
    const auto operands = std::make_shared<Operands>(shape);
    std::vector<RaceEntrant> entrants;
    for (const ConvolutionLibrary& library : convolution_libraries()) {
      if (!library.offer()) {
        continue;
      }
      const std::shared_ptr<ConvolutionRoutine> routine = library.routine(shape, operands->filters.span());
      entrants.push_back({std::string(library.name), [operands, routine](std::uint64_t iterations) {
                            for (std::uint64_t i = 0; i < iterations; ++i) {
                              routine->convolve(operands->input.data(), operands->output.data());
                            }
                          }});
    }
    return entrants;
  });
}

std::string version_or_throw(const ConvolutionLibrary& library) {
  const Reading<std::string> offer = library.offer();
  if (!offer) {
    throw std::invalid_argument(
        fmt::format("conv2d: library={} cannot be had: {} (package {}); library=auto takes the "
                    "fastest that is here",
                    library.name, offer.reason(), library.package));
  }
  return *offer;
}

}  // namespace

Conv2d::Conv2d(const ConvolutionShape& shape, std::string_view library) : shape_(shape) {
  const auto is_count = [](std::size_t value, std::size_t most) { return value >= 1 && value <= most; };
  if (!is_count(shape.side, kLargestSide) || !is_count(shape.channels_in, kMostChannels) ||
      !is_count(shape.channels_out, kMostChannels) || (shape.filter != 1 && shape.filter != 3)) {
    throw std::invalid_argument(fmt::format(
        "conv2d: side {} must be in the range from 1 to {}, channels {} and {} from 1 to {}, filter {} 1 or "
        "3",
        shape.side, kLargestSide, shape.channels_in, shape.channels_out, kMostChannels, shape.filter));
  }
  std::map<std::string, std::string> facts;
  if (library == "auto") {
    const LibraryChoice choice = choose(shape, Conv2d::work());
    library_ = &convolution_library(choice.library);
    facts["choice"] = choice.figures;
    for (const ConvolutionLibrary& other : convolution_libraries()) {
      if (const Reading<std::string> offer = other.offer(); !offer) {
        facts["not_in_choice"] = fmt::format("{}: {}", other.name, offer.reason());
      }
    }
  } else {
    library_ = &convolution_library(library);
  }
  facts["implementation"] = version_or_throw(*library_);
  identity_ = {.name = "conv2d",
               .version = 1,
               .parameters = {{"side", std::to_string(shape.side)},
                              {"filter", std::to_string(shape.filter)},
                              {"channels_in", std::to_string(shape.channels_in)},
                              {"channels_out", std::to_string(shape.channels_out)},
                              {"library", std::string(library_->name)}},
               .facts = facts};
}

Bytes Conv2d::traffic() const {
  return {(shape_.input_size() + shape_.filters_size() + shape_.output_size()) * sizeof(float)};
}

Bytes Conv2d::memory_per_worker() const {
  // The filters twice: as given, and in the order of the library.
  return {(kSamples * shape_.input_size() + 2 * shape_.filters_size() + shape_.output_size()) * sizeof(float)};
}

void Conv2d::prepare(std::uint64_t seed) {
  inputs_ = Array<float>(kSamples * shape_.input_size());
  filters_ = Array<float>(shape_.filters_size());
  output_ = Array<float>(shape_.output_size());
  fill_uniform(inputs_.span(), {seed, 0}, {});
  if (shape_.filter == 3) {
    for (std::size_t sample = 0; sample < kSamples; ++sample) {
      clear_border(inputs_.span().subspan(sample * shape_.input_size(), shape_.input_size()), shape_.input_side(),
                   shape_.channels_in);
    }
  }
  fill_uniform(filters_.span(), {seed, 1}, {});
  routine_ = library_->routine(shape_, filters_.span());
  const std::uint32_t sample = 0;
  Conv2d::run({&sample, 1});  // touches the output and lets the library take its memory before anything is measured
}

void Conv2d::run(std::span<const std::uint32_t> samples) noexcept {
  routine_->convolve(input(samples[0]), output_.data());
}

Kernel::Probe Conv2d::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = output_.data()[probe_position(i, shape_.output_size())];
  }
  return found;
}

Kernel::Probe Conv2d::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  std::vector<double> pixel(shape_.channels_out);
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, shape_.output_size());
    const std::size_t place = at / shape_.channels_out;
    reference_convolution<double>(shape_, input(sample), filters_.data(), place / shape_.side, place % shape_.side,
                                  pixel);
    expected[i] = static_cast<float>(pixel[at % shape_.channels_out]);
  }
  return expected;
}

double Conv2d::output_scale() const {
  return std::sqrt(static_cast<double>(shape_.filter * shape_.filter * shape_.channels_in)) / 3;
}

// As for a GEMM (gemm.cpp) of n = filter^2 channels_in: 6 n u, and the rounding of a probe. oneDNN's direct algorithm
// is asked for; that of Winograd would need another bound.
double Conv2d::tolerance() const {
  return (6 * static_cast<double>(shape_.filter * shape_.filter * shape_.channels_in) + 2) * 0x1.0p-24;
}

OutputCheck Conv2d::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance(), output_scale());
  std::vector<double> pixel(shape_.channels_out);
  for (std::size_t place = 0; place < shape_.side * shape_.side; ++place) {
    reference_convolution<double>(shape_, input(sample), filters_.data(), place / shape_.side, place % shape_.side,
                                  pixel);
    for (std::size_t channel = 0; channel < shape_.channels_out; ++channel) {
      const std::size_t at = place * shape_.channels_out + channel;
      comparison.compare(sample, at, pixel[channel], output_.data()[at]);
    }
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_conv2d(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("conv2d"), parameters);
  const std::uint64_t side = given.integer("side", {1, Conv2d::kLargestSide});
  const std::string filter = given.choice("filter", {"3", "1"});
  const std::uint64_t channels_in = given.integer("channels_in", {1, Conv2d::kMostChannels});
  const std::uint64_t channels_out = given.integer("channels_out", {1, Conv2d::kMostChannels});
  const std::string library = given.choice("library", {"auto", "onednn", "own"});
  given.throw_if_bad();
  const ConvolutionShape shape{.side = side,
                               .filter = filter == "3" ? std::size_t{3} : std::size_t{1},
                               .channels_in = channels_in,
                               .channels_out = channels_out};
  return std::make_unique<Conv2d>(shape, library);
}

}  // namespace assay
